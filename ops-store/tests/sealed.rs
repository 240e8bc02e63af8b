//! The sealed file: it gives back what was put, opens under its own key only, and shows nothing to who reads its octets.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own values")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use ops_core::{
    credential::{Password, Secret},
    testing::text,
};
use ops_store::{
    port::{SecretError, SecretPath, SecretStore},
    sealed::{SealedError, SealedFile},
};
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

const KEY: [u8; 32] = [7; 32];

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secrets.sqlite");
    (folder, path)
}

fn at(credential: u128) -> SecretPath {
    SecretPath {
        operator: Uuid::from_u128(1).into(),
        connection: Uuid::from_u128(2).into(),
        credential: Uuid::from_u128(credential).into(),
    }
}

fn secret(system_id: &str, password: &str) -> Secret {
    Secret { system_id: text(system_id), password: Password::parse(password.into()).unwrap() }
}

fn same(a: &Secret, b: &Secret) -> bool {
    a.system_id == b.system_id && a.password.expose() == b.password.expose()
}

#[tokio::test]
async fn a_secret_is_given_back_as_it_was_put_also_by_a_file_that_is_opened_again() {
    let (_folder, path) = folder();
    let secrets = [secret("acme", "p4ss wd~"), secret("a", ""), secret("fifteen-letters", " ")];
    let store = SealedFile::open(&path, KEY).unwrap();
    for (n, secret) in (0..).zip(&secrets) {
        store.put(at(n), secret).await.unwrap();
    }
    store.health().await.unwrap();
    let again = SealedFile::open(&path, KEY).unwrap();
    for (n, secret) in (0..).zip(&secrets) {
        assert!(same(&store.get(at(n)).await.ok().unwrap(), secret));
        assert!(same(&again.get(at(n)).await.ok().unwrap(), secret));
    }
}

#[tokio::test]
async fn another_key_is_refused_when_the_file_is_opened_and_changes_nothing() {
    let (_folder, path) = folder();
    let store = SealedFile::open(&path, KEY).unwrap();
    store.put(at(1), &secret("acme", "password")).await.unwrap();
    for wrong in [[8; 32], [0; 32]] {
        let refused = SealedFile::open(&path, wrong).err().unwrap();
        assert!(matches!(refused, SealedError::OtherKey), "{refused:?}");
    }
    let again = SealedFile::open(&path, KEY).unwrap();
    assert!(same(&again.get(at(1)).await.ok().unwrap(), &secret("acme", "password")));
}

#[tokio::test]
async fn a_value_that_was_moved_to_another_path_or_changed_by_one_bit_does_not_open() {
    let (_folder, path) = folder();
    let store = SealedFile::open(&path, KEY).unwrap();
    store.put(at(1), &secret("acme", "password")).await.unwrap();
    store.put(at(2), &secret("acme", "other")).await.unwrap();
    let file = Connection::open(&path).unwrap();
    let sealed = |n| -> Vec<u8> {
        file.query_row("SELECT sealed FROM secret WHERE path = ?1", [at(n).to_string()], |row| row.get(0))
            .unwrap()
    };
    let lay = |n, sealed: Vec<u8>| {
        file.execute("UPDATE secret SET sealed = ?2 WHERE path = ?1", (at(n).to_string(), sealed)).unwrap();
    };
    let (first, second) = (sealed(1), sealed(2));
    lay(2, first.clone());
    let moved = store.get(at(2)).await.err().unwrap();
    assert!(matches!(moved, SecretError::Unreadable(path) if path == at(2)), "{moved:?}");
    let put = store.put(at(2), &secret("acme", "password")).await.unwrap_err();
    assert!(matches!(put, SecretError::Unreadable(_)), "it is not taken for the same secret: {put:?}");
    lay(2, second);
    assert!(store.get(at(2)).await.is_ok());
    for (octet, length) in
        [(0, first.len()), (30, first.len()), (first.len() - 1, first.len()), (0, 23), (0, 30)]
    {
        let mut broken = first[..length].to_vec();
        broken[octet] ^= 1;
        lay(1, broken);
        assert!(
            matches!(store.get(at(1)).await, Err(SecretError::Unreadable(_))),
            "octet {octet} of {length}"
        );
    }
}

#[tokio::test]
async fn the_same_secret_is_never_sealed_alike_twice() {
    let (_folder, path) = folder();
    let store = SealedFile::open(&path, KEY).unwrap();
    for n in 0..20 {
        store.put(at(n), &secret("acme", "password")).await.unwrap();
    }
    let file = Connection::open(&path).unwrap();
    let different: i64 = file
        .query_row("SELECT count(DISTINCT substr(sealed, 1, 24)) FROM secret", [], |row| row.get(0))
        .unwrap();
    assert_eq!(different, 21, "with the one that checks the key");
}

/// Every file beside the sealed one, with its octets.
fn files(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let beside = fs::read_dir(path.parent().unwrap()).unwrap().map(|file| file.unwrap().path());
    beside.map(|file| (file.clone(), fs::read(&file).unwrap())).collect()
}

#[tokio::test]
async fn the_file_and_its_journal_are_readable_by_their_owner_only_also_when_they_were_not() {
    let (_folder, path) = folder();
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let store = SealedFile::open(&path, KEY).unwrap();
    store.put(at(1), &secret("acme", "password")).await.unwrap();
    let files = files(&path);
    assert!(files.len() >= 2, "{files:?}");
    for (file, _) in files {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn the_octets_of_the_files_hold_neither_password_nor_account_nor_key_in_any_spelling() {
    let (_folder, path) = folder();
    let store = SealedFile::open(&path, *b"the-key-of-thirty-two-octets-!!!").unwrap();
    store.put(at(1), &secret("planted-account", "Pl4nt3d!")).await.unwrap();
    let planted: Vec<Vec<u8>> = ["Pl4nt3d!", "planted-account", "the-key-of-thirty-two-octets-!!!"]
        .iter()
        .flat_map(|text| {
            [text.as_bytes().to_vec(), hex(text).into(), hex(text).to_uppercase().into(), base64(text).into()]
        })
        .collect();
    assert_eq!(hex("Pl4"), "506c34");
    assert_eq!(base64("Pl4nt3d!"), "UGw0bnQzZC");
    // what is in the journal now goes to the file when the store is closed
    let open = files(&path);
    drop(store);
    let closed = files(&path);
    for (file, octets) in open.into_iter().chain(closed) {
        for word in &planted {
            assert!(
                !octets.windows(word.len()).any(|part| part == word),
                "{} holds {}",
                file.display(),
                String::from_utf8_lossy(word)
            );
        }
    }
}

async fn open() -> (Arc<dyn SecretStore>, TempDir) {
    let (folder, path) = folder();
    (Arc::new(SealedFile::open(&path, KEY).unwrap()), folder)
}

ops_store::secret_conformance_tests!(open);

fn hex(text: &str) -> String {
    text.bytes().map(|octet| format!("{octet:02x}")).collect()
}

/// The digits that whole sextets of the text give, in the standard alphabet, without padding.
fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: String = text.bytes().map(|octet| format!("{octet:08b}")).collect();
    let sextets = bits.as_bytes().chunks_exact(6);
    sextets
        .map(|six| char::from(DIGITS[usize::from_str_radix(std::str::from_utf8(six).unwrap(), 2).unwrap()]))
        .collect()
}
