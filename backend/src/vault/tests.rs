use std::{fs, path::PathBuf};

use tempfile::TempDir;

use super::*;

fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("secret.keys");
    (folder, file)
}

#[test]
fn what_was_sealed_opens_for_its_purpose_and_after_a_restart() {
    let (_folder, file) = folder();
    let vault = Vault::open(&file).unwrap();
    let sealed = vault.seal("connection/a", "sk-123").unwrap();
    assert!(sealed.is_sealed() && vault.is_current(&sealed));
    assert!(!sealed.as_str().contains("sk-123"));
    assert_ne!(sealed, vault.seal("connection/a", "sk-123").unwrap(), "no two are alike");
    let again = Vault::open(&file).unwrap();
    assert_eq!(again.read("connection/a", &sealed).as_deref(), Ok("sk-123"));
    assert_eq!(again.read("connection/b", &sealed), Err(VaultError::Damaged));
    for length in [0, 1, 10_000] {
        let secret = "ä".repeat(length);
        let sealed = vault.seal("x", &secret).unwrap();
        assert_eq!(vault.read("x", &sealed), Ok(secret));
    }
}

#[test]
fn what_was_changed_does_not_open() {
    let (_folder, file) = folder();
    let vault = Vault::open(&file).unwrap();
    let sealed = vault.seal("x", "secret").unwrap().as_str().to_owned();
    for at in 0..sealed.len() {
        let mut bytes = sealed.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = Sealed::stored(String::from_utf8(bytes).unwrap());
        assert!(vault.read("x", &changed).is_err(), "{at}");
    }
    for odd in
        ["", "secret", "v1", "v1.a.b", "v1...", "v2.a.b.c", "v1.a.b.c.d", "demo-identity-secret"]
    {
        let odd = Sealed::stored(odd.to_owned());
        assert!(vault.read("x", &odd).is_err(), "{odd:?}");
    }
    assert!(!Sealed::stored("demo-identity-secret".to_owned()).is_sealed());
}

#[test]
fn the_first_key_seals_and_all_open() {
    let (_folder, file) = folder();
    let old = Vault::open(&file).unwrap();
    let sealed = old.seal("x", "secret").unwrap();
    let kept = fs::read_to_string(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let other = Vault::open(&file).unwrap();
    assert_eq!(other.read("x", &sealed), Err(VaultError::UnknownKey));
    let newer = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{newer}\n{kept}")).unwrap();
    let both = Vault::open(&file).unwrap();
    assert_eq!(both.read("x", &sealed).as_deref(), Ok("secret"));
    assert!(!both.is_current(&sealed));
    assert!(other.is_current(&both.seal("x", "secret").unwrap()));
}

#[test]
fn a_key_file_is_private_and_whole() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, file) = folder();
    Vault::open(&file).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(Vault::open(&file), Err(KeysError::Open(_))));
    let check = |text: &str, named: &str| {
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let said = Vault::open(&file).unwrap_err().to_string();
        assert!(said.contains(named), "{said}");
    };
    check("", "1 to 20 keys");
    check("# nothing\n", "1 to 20 keys");
    check("\nAAAA\n", "line 2");
    check("not base64!", "line 1");
}
