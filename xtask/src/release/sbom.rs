//! What the program is made of: a CycloneDX document by cargo-cyclonedx, which must name every crate that is compiled into it
//! with its licence and, where it comes from a registry, its checksum.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::archives::Archives;
use super::version::Version;
use crate::cargo::checkout;
use crate::failure::Failure;
use crate::git::git;
use crate::process;
use crate::tools::CYCLONEDX;

/// Beside the manifest; `.json` is added to it.
const NAME: &str = "sbom";

/// Writes it, and says what it lacks.
pub(crate) fn write(archives: &Archives, version: &Version, into: &Path) -> Result<Vec<String>, Failure> {
    let place = archives.path("ops-daemon");
    let mut cyclonedx = CYCLONEDX.command()?;
    cyclonedx.args(["--format", "json", "--spec-version", "1.5", "--quiet", "--override-filename", NAME]);
    // the time of the commit, so that the document of one commit is the same every time
    let committed_at = git(checkout(), &["log", "-1", "--format=%ct"])?;
    process::finish({
        cyclonedx.current_dir(&place).env("SOURCE_DATE_EPOCH", committed_at.trim());
        cyclonedx
    })?;
    let made = place.join(format!("{NAME}.json"));
    let text = fs::read_to_string(&made).map_err(|cause| Failure::because(made.display(), cause))?;
    let text = archives.without_place(&text);
    let file = into.join(format!("ops-daemon-{version}.cdx.json"));
    fs::write(&file, &text).map_err(|cause| Failure::because(file.display(), cause))?;

    let document = serde_json::from_str(&text).map_err(|cause| Failure::because(file.display(), cause))?;
    Ok(missing(&document, &compiled(archives)?))
}

/// `name version` of every crate that is compiled into the program or runs while it is built.
fn compiled(archives: &Archives) -> Result<BTreeSet<String>, Failure> {
    let tree =
        ["tree", "--locked", "--edges", "normal,build", "--prefix", "none", "--format", "{p}", "--no-dedupe"];
    let output = process::finish(archives.cargo(&tree)?)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let package = |line: &str| {
        let mut words = line.split(' ');
        Some(format!("{} {}", words.next()?, words.next()?.strip_prefix('v')?))
    };
    Ok(text.lines().filter_map(package).collect())
}

/// What of these crates the document does not tell.
fn missing(document: &Value, compiled: &BTreeSet<String>) -> Vec<String> {
    let text = |component: &Value, member| {
        component.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let listed = document.get("components").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let program = document.pointer("/metadata/component");
    let mut left = compiled.clone();
    let mut complaints = Vec::new();
    for component in listed.iter().chain(program) {
        let name = format!("{} {}", text(component, "name"), text(component, "version"));
        left.remove(&name);
        if component.get("licenses").and_then(Value::as_array).is_none_or(Vec::is_empty) {
            complaints.push(format!("the SBOM has no licence of {name}"));
        }
        if text(component, "bom-ref").starts_with("registry+") && component.get("hashes").is_none() {
            complaints.push(format!("the SBOM has no checksum of {name}"));
        }
    }
    complaints.extend(left.iter().map(|name| format!("the SBOM lacks {name}")));
    complaints
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({
            "metadata": {"component": {"name": "ops-daemon", "version": "0.1.0", "bom-ref": "path+file:///ops-daemon", "licenses": [{}]}},
            "components": [
                {"name": "ops-core", "version": "0.1.0", "bom-ref": "path+file:///ops-core", "licenses": [{}]},
                {"name": "serde", "version": "1.0.2", "bom-ref": "registry+x#serde@1.0.2", "licenses": [{}], "hashes": [{}]},
            ],
        })
    }

    fn complaints(document: &Value) -> Vec<String> {
        missing(document, &["ops-core 0.1.0", "ops-daemon 0.1.0", "serde 1.0.2"].map(str::to_owned).into())
    }

    #[test]
    fn a_document_that_tells_of_every_crate_is_well() {
        assert_eq!(complaints(&document()), Vec::<String>::new());
    }

    #[test]
    fn a_crate_a_licence_or_a_checksum_that_is_left_out_is_named() {
        let mut without = document();
        without["components"].as_array_mut().unwrap().remove(1);
        assert_eq!(complaints(&without), ["the SBOM lacks serde 1.0.2"]);

        let mut other = document();
        other["components"][1]["version"] = json!("1.0.1");
        assert_eq!(complaints(&other), ["the SBOM lacks serde 1.0.2"]);

        let mut bare = document();
        let serde = bare["components"][1].as_object_mut().unwrap();
        serde.remove("licenses");
        serde.remove("hashes");
        let told = ["the SBOM has no licence of serde 1.0.2", "the SBOM has no checksum of serde 1.0.2"];
        assert_eq!(complaints(&bare), told);
    }
}
