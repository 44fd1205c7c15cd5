//! Opens the door for mail that other servers bring, where the operator wants one.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::net::TcpListener;

use crate::app::error::StartError;
use crate::config::Config;
use crate::config::ReceptionConfig;
use crate::engine::context::Context;
use crate::engine::workers::Workers;
use crate::engine::workers::reception;
use crate::net::reception::Terms;

/// Takes mail in from now on; where, if anywhere.
///
/// # Errors
/// [`StartError`]: a taken port, a certificate that cannot be used.
pub async fn open(
    context: &Context,
    config: &Config,
    public_url: &str,
    workers: &mut Workers,
) -> Result<Option<SocketAddr>, StartError> {
    let chosen = &config.reception;
    let Some(listen) = chosen.listen else {
        return Ok(None);
    };
    let terms = Terms {
        host: host(chosen, public_url),
        mail_bytes: chosen.mail_mb * 1024 * 1024,
        tls: certificate(chosen)?,
    };
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        StartError::new(format!(
            "LINKTOR_SMTP_LISTEN: cannot listen on {listen}: {error}"
        ))
    })?;
    let bound = listener.local_addr().map_err(StartError::new)?;
    let listener = Arc::new(listener);
    workers.run("reception", context, move |context, stop| {
        reception::run(context, listener.clone(), terms.clone(), stop)
    });
    tracing::info!("mail is taken in on {bound}");
    Ok(Some(bound))
}

/// The name we go by.
fn host(chosen: &ReceptionConfig, public_url: &str) -> String {
    let public = url::Url::parse(public_url).ok();
    let public = public.and_then(|url| url.host_str().map(str::to_owned));
    let host = chosen.host.clone().or(public);
    host.unwrap_or_else(|| "localhost".to_owned())
}

fn certificate(chosen: &ReceptionConfig) -> Result<Option<Arc<ServerConfig>>, StartError> {
    let (Some(cert), Some(key)) = (&chosen.tls_cert, &chosen.tls_key) else {
        return Ok(None);
    };
    let unusable = |path: &Path, why: &dyn std::fmt::Display| {
        StartError::new(format!("{} cannot be used: {why}", path.display()))
    };
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(cert, &error))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable(key, &error))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(chain, secret)
        })
        .map_err(|error| unusable(cert, &error))?;
    Ok(Some(Arc::new(config)))
}
