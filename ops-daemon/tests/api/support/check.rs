//! What answers must look like: a problem with all that every problem has, and the faults that it tells.

use super::Answer;

impl Answer {
    /// The same answer, if it is a problem with this status and code that has the form of every problem.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let text = |member: &str| self.body[member].as_str().map(str::to_owned);
        assert_eq!(text("type").as_deref(), Some("about:blank"), "{}", self.text);
        assert_eq!(self.body["status"], status, "{}", self.text);
        assert!(text("title").is_some() && text("detail").is_some(), "{}", self.text);
        assert!(self.body["errors"].is_array(), "{}", self.text);
        assert_eq!(text("request_id"), Some(self.header("x-request-id")), "{}", self.text);
        self
    }

    /// The same answer, if it tells exactly these faults, in any order: pointer and rule of each.
    #[track_caller]
    pub fn telling(self, faults: &[(&str, &str)]) -> Self {
        let mut told = self.faults();
        told.sort();
        let mut expected: Vec<_> =
            faults.iter().map(|(pointer, rule)| ((*pointer).to_owned(), (*rule).to_owned())).collect();
        expected.sort();
        assert_eq!(told, expected, "{}", self.text);
        self
    }
}
