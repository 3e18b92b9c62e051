//! The app's entries of practice mode in the system's keychain (`desktop/src/keychain.rs`). Here nobody waits for a
//! keychain that is locked: that is said, and this program ends.

use engine::{SecretName, Vault};
use keyring::{Entry, Error};
use model::{Code, Failure, Secret};

const SERVICE: &str = "com.refapp.lever.practice";

pub struct Keychain;

fn call<T>(name: &SecretName, work: impl FnOnce(&Entry) -> keyring::Result<T>) -> Result<Option<T>, Failure> {
    match Entry::new(SERVICE, &name.to_string()).and_then(|entry| work(&entry)) {
        Ok(value) => Ok(Some(value)),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => {
            eprintln!("the keychain: {error}");
            Err(Code::AppKeychain.into())
        }
    }
}

impl Vault for Keychain {
    fn get(&self, name: &SecretName) -> Result<Option<Secret>, Failure> {
        Ok(call(name, Entry::get_password)?.map(|text| Secret::new(&text)))
    }

    fn set(&self, name: &SecretName, secret: &Secret) -> Result<(), Failure> {
        call(name, |entry| entry.set_password(secret.expose())).map(drop)
    }

    fn delete(&self, name: &SecretName) -> Result<(), Failure> {
        call(name, Entry::delete_credential).map(drop)
    }
}
