//! `[log]`: what is logged, and in which form.

use super::section::Section;

/// Level unless told otherwise.
const LEVEL: &str = "info";
/// Levels, the quietest first.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// What is logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// A level, and levels of single modules behind it: `info,ops_daemon::task=debug`.
    pub level: String,
    /// The form.
    pub format: LogFormat,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object.
    Json,
    /// Text for eyes.
    Text,
}

impl LogFormat {
    /// As the configuration spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "text",
        }
    }
}

impl Log {
    /// Whether what is not wrong goes unsaid.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        let general = self.level.split(',').next().unwrap_or_default().trim();
        let place = |word: &str| LEVELS.iter().position(|level| *level == word);
        place(general) < place(LEVEL)
    }

    /// Takes `level` if it is one: a level first, then `module=level`, with commas between. A misspelt level must not
    /// pass for the name of a module.
    #[must_use]
    pub fn parse_level(level: &str) -> Option<String> {
        let mut parts = level.split(',').map(str::trim);
        let is_level = |word: &str| LEVELS.contains(&word);
        let is_module = |name: &str| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_:".contains(&b))
        };
        let fits = parts.next().is_some_and(is_level)
            && parts.all(|part| {
                part.split_once('=').is_some_and(|(module, level)| is_module(module) && is_level(level))
            });
        fits.then(|| level.to_owned())
    }
}

pub(super) fn read(section: &mut Section<'_>) -> Option<Log> {
    let level = if section.has("level") {
        section.parsed("level", "a level such as info, or info,ops_daemon::task=debug", Log::parse_level)
    } else {
        section.known("level");
        Some(LEVEL.into())
    };
    let format = if section.has("format") {
        section.parsed("format", "json or text", |text| {
            [LogFormat::Json, LogFormat::Text].into_iter().find(|format| format.as_str() == text)
        })
    } else {
        section.known("format");
        Some(LogFormat::Json)
    };
    Some(Log { level: level?, format: format? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_below_info_is_quiet_whatever_a_module_may_say() {
        let is_quiet = |level: &str| Log { level: level.into(), format: LogFormat::Text }.is_quiet();
        assert!(is_quiet("warn") && is_quiet("off,ops_daemon=trace") && is_quiet("error"));
        assert!(!is_quiet("info") && !is_quiet("debug,hyper=off"));
    }

    #[test]
    fn a_misspelt_level_does_not_pass_for_a_module() {
        for good in ["info", "off", "warn,ops_daemon::task=trace, hyper=off"] {
            assert!(Log::parse_level(good).is_some(), "{good}");
        }
        for bad in ["", "verbose", "INFO", "info,debug", "ops_daemon=debug", "info,a=loud"] {
            assert!(Log::parse_level(bad).is_none(), "{bad}");
        }
    }
}
