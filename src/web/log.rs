//! The access log: who asked for what, how it went, how long it took.
//!
//! Never a query, a header or a body: those carry tokens and what people write. Nor the end of an
//! address that opens something by itself. Quiet until asked for with
//! `LINKTOR_LOG=info,linktor::web::log=debug`.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::web::auth::ip_of;
use crate::web::line;
use crate::web::request_id;
use crate::web::state::State;

/// Addresses whose end is all the proof there is.
const PROVED_BY_THEIR_END: [&str; 3] = ["/m/", "/u/", "/sandbox/api/telegram/"];

/// A path as it may be written down.
fn shown(path: &str) -> &str {
    let proved = PROVED_BY_THEIR_END
        .iter()
        .find(|start| path.starts_with(**start));
    proved.copied().unwrap_or(path)
}

/// Writes a line for each request, once its answer begins.
///
/// # Errors
/// Whatever the handler behind it fails with.
pub async fn access<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    line::let_go_of_listeners(request.request());
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return next.call(request).await;
    }
    let started = Instant::now();
    let method = request.method().clone();
    let path = shown(request.path()).to_owned();
    let client = request
        .app_data::<Data<State>>()
        .and_then(|state| ip_of(request.request(), &state.trusted_proxies))
        .map_or_else(String::new, |ip| ip.to_string());
    let response = next.call(request).await?;
    let status = response.status().as_u16();
    let took_ms = started.elapsed().as_millis();
    let headers = response.headers();
    let id = headers
        .get(request_id::HEADER)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    tracing::debug!(
        client.ip = client,
        request.id = id,
        "{method} {path} {status} in {took_ms} ms"
    );
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_a_file_or_ends_a_subscription_is_not_written_down() {
        assert_eq!(shown("/m/AbCdEf"), "/m/");
        assert_eq!(shown("/u/AbCdEf"), "/u/");
        let call = "/sandbox/api/telegram/bot1:AbCdEf/getMe";
        assert_eq!(shown(call), "/sandbox/api/telegram/");
        for path in ["/v1/messages", "/media/media_1", "/users", "/"] {
            assert_eq!(shown(path), path);
        }
    }
}
