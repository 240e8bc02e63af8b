//! `cargo xtask networks`: the reference data of networks, made from a public-domain source and committed.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use roxmltree::{Document, Node, ParsingOptions};

use crate::failure::Failure;
use crate::process::finish;
use crate::say::say;
use crate::servers::folder;

/// The Debian package with the source.
const PACKAGE: &str = "mobile-broadband-provider-info";
/// The source within it.
const SOURCE: &str = "usr/share/mobile-broadband-provider-info/serviceproviders.xml";
/// The table within the checkout.
const TABLE: &str = "ops-core/data/networks.tsv";
/// The line that differs from day to day.
const MADE_ON: &str = "# Made on: ";

/// What `cargo xtask networks` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only compare: end with 1 when the committed table is not what the package gives.
    #[arg(long)]
    check: bool,
}

/// Fetches the package, makes the table, and writes or compares it.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let folder = folder::create("networks", None)?;
    let made = from_package(&folder);
    fs::remove_dir_all(&folder)
        .map_err(|cause| Failure::because(format!("cannot remove {}", folder.display()), cause))?;
    let made = made?;
    let there = fs::read_to_string(TABLE).map_err(|cause| Failure::because(TABLE, cause))?;
    if !arguments.check {
        fs::write(TABLE, &made).map_err(|cause| Failure::because(TABLE, cause))?;
        say(format!("{TABLE}: {} networks", rows(&made).count()));
        return Ok(ExitCode::SUCCESS);
    }
    if undated(&made).eq(undated(&there)) {
        say(format!("{TABLE}: as the package gives it, {} networks", rows(&there).count()));
        return Ok(ExitCode::SUCCESS);
    }
    say(format!(
        "{TABLE} is not what {PACKAGE} gives: run `cargo xtask networks` and look at the difference"
    ));
    Ok(ExitCode::FAILURE)
}

fn rows(table: &str) -> impl Iterator<Item = &str> {
    table.lines().filter(|line| !line.starts_with('#'))
}

fn undated(table: &str) -> impl Iterator<Item = &str> {
    table.lines().filter(|line| !line.starts_with(MADE_ON))
}

fn from_package(folder: &Path) -> Result<String, Failure> {
    let mut download = Command::new("apt-get");
    download.args(["download", PACKAGE]).current_dir(folder);
    finish(download)?;
    let package = only_package(folder)?;
    let mut unpack = Command::new("dpkg-deb");
    unpack.arg("-x").arg(&package).arg(folder.join("content"));
    finish(unpack)?;
    let mut version = Command::new("dpkg-deb");
    version.arg("-f").arg(&package).arg("Version");
    let source = folder.join("content").join(SOURCE);
    let xml = fs::read_to_string(&source).map_err(|cause| Failure::because(source.display(), cause))?;
    let mut today = Command::new("date");
    today.args(["-u", "+%F"]);
    table(&xml, &line_of(version)?, &line_of(today)?)
}

fn line_of(command: Command) -> Result<String, Failure> {
    Ok(String::from_utf8_lossy(&finish(command)?.stdout).trim().to_owned())
}

fn only_package(folder: &Path) -> Result<PathBuf, Failure> {
    let entries: io::Result<Vec<_>> = fs::read_dir(folder).and_then(Iterator::collect);
    let entries = entries.map_err(|cause| Failure::because(folder.display(), cause))?;
    let mut packages =
        entries.iter().map(fs::DirEntry::path).filter(|path| path.extension().is_some_and(|e| e == "deb"));
    packages.next().ok_or_else(|| "apt-get download left no package".into())
}

/// Country and name of a network, and how sure the source is that the provider is the network itself.
struct Provider {
    country: String,
    name: String,
    is_primary: bool,
}

/// The table: one row per network, by MCC and MNC. A network that several providers use is the one that the source calls
/// primary, else the first.
fn table(xml: &str, version: &str, today: &str) -> Result<String, Failure> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document = Document::parse_with_options(xml, options)
        .map_err(|cause| Failure::because("the source cannot be read", cause))?;
    let mut networks: BTreeMap<(String, String), Provider> = BTreeMap::new();
    for network in document.descendants().filter(|node| node.has_tag_name("network-id")) {
        let (Some(mcc), Some(mnc)) = (network.attribute("mcc"), network.attribute("mnc")) else { continue };
        if !is_code(mcc, 3..=3) || !is_code(mnc, 2..=3) {
            say(format!("left out: MCC {mcc:?}, MNC {mnc:?} is no network code"));
            continue;
        }
        let Some(provider) = provider(network) else { continue };
        let known = networks.get(&(mcc.to_owned(), mnc.to_owned()));
        if known.is_none_or(|known| provider.is_primary && !known.is_primary) {
            networks.insert((mcc.to_owned(), mnc.to_owned()), provider);
        }
    }
    let mut table = format!(
        "# Reference networks (PLMNs), made by `cargo xtask networks`; do not edit.\n\
         # Source: serviceproviders.xml of the Debian package {PACKAGE}, version {version}.\n\
         # Licence: public domain (dedicated to it by the authors of the source).\n\
         {MADE_ON}{today}.\n\
         # MCC and MNC are text, never numbers: MNC \"05\" and \"005\" are different networks, leading zeros count.\n\
         # Names are the source's provider names, the primary one or else the first; they describe only, and may be out of date.\n\
         # The source writes the MNCs of Mexico with two digits, though Mexico assigns three; they are kept as found.\n\
         # Columns, tab separated, sorted by mcc then mnc, unique by both: mcc, mnc, country (ISO 3166-1 alpha-2), name.\n"
    );
    for ((mcc, mnc), Provider { country, name, .. }) in networks {
        table.push_str(&format!("{mcc}\t{mnc}\t{country}\t{name}\n"));
    }
    Ok(table)
}

fn is_code(text: &str, digits: std::ops::RangeInclusive<usize>) -> bool {
    digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn provider(network: Node<'_, '_>) -> Option<Provider> {
    let provider = network.ancestors().find(|node| node.has_tag_name("provider"))?;
    let country = provider.ancestors().find(|node| node.has_tag_name("country"))?;
    let name = provider.children().find(|node| node.has_tag_name("name"))?.text()?;
    Some(Provider {
        country: country.attribute("code")?.to_ascii_uppercase(),
        name: name.split_whitespace().collect::<Vec<_>>().join(" "),
        is_primary: provider.attribute("primary") == Some("true"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = r#"<?xml version="1.0"?>
        <!DOCTYPE serviceproviders SYSTEM "serviceproviders.2.dtd">
        <serviceproviders format="2.0">
          <country code="de"><name>Germany</name>
            <provider><name> Reseller  One </name><gsm><network-id mcc="262" mnc="01"/></gsm></provider>
            <provider primary="true"><name>Telekom</name><gsm><network-id mcc="262" mnc="01"/></gsm></provider>
            <provider><name>Second</name><gsm><network-id mcc="262" mnc="02"/><network-id mcc="262" mnc="2"/></gsm></provider>
            <provider><name>Third</name><gsm><network-id mcc="262" mnc="02"/></gsm></provider>
          </country>
          <country code="ca"><name>Canada</name>
            <provider><name>Rogers &amp; Co</name><gsm><network-id mcc="302" mnc="720"/></gsm></provider>
          </country>
        </serviceproviders>"#;

    #[test]
    fn each_network_has_one_row_of_its_primary_or_first_provider() {
        let table = table(XML, "20230416-1", "2026-11-26").unwrap();
        let found: Vec<_> = rows(&table).collect();
        assert_eq!(found, ["262\t01\tDE\tTelekom", "262\t02\tDE\tSecond", "302\t720\tCA\tRogers & Co"]);
        assert!(table.contains("version 20230416-1.") && table.contains("# Made on: 2026-11-26."));
    }

    #[test]
    fn only_the_day_may_differ() {
        let (one, two) = (table(XML, "1", "2026-11-26").unwrap(), table(XML, "1", "2026-11-27").unwrap());
        assert!(one != two && undated(&one).eq(undated(&two)));
        assert!(!undated(&one).eq(undated(&table(XML, "2", "2026-11-26").unwrap())));
    }

    #[test]
    fn what_is_no_xml_is_told() {
        assert!(table("<a>", "1", "2026-11-26").unwrap_err().to_string().contains("cannot be read"));
    }
}
