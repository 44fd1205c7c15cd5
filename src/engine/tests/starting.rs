//! What every start asks for.

use super::*;

#[tokio::test]
async fn a_start_with_nothing_new_to_keep_writes_nothing() {
    let office = Office::new().await;
    let start = async || {
        let engine = &office.engine;
        let organisation = engine.organisations.ensure().await?;
        let owner = engine.logins.ensure_owner().await?;
        let key = "lk_live_of_the_operator_alone";
        engine.api_keys.bootstrap(key, owner.id).await?;
        Ok::<_, EngineError>((organisation.id, owner.id))
    };
    let first = start().await.unwrap();
    // From here on nothing can be written, as on a full disk.
    office.context.store.close();
    assert_eq!(start().await.unwrap(), first);
}
