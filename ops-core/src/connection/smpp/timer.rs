//! Timers of a session (SMPP 3.4 §7.2 names them and leaves the values to the parties), in milliseconds.

use crate::number_rule::number_value;

number_value! {
    /// Milliseconds until a TCP connection must stand.
    ConnectTimeout, 100, 120_000, default 10_000
}
number_value! {
    /// Milliseconds until a bind must be answered.
    BindTimeout, 1000, 300_000, default 30_000
}
number_value! {
    /// Milliseconds until any other request must be answered.
    ResponseTimeout, 1000, 600_000, default 60_000
}
number_value! {
    /// Milliseconds of silence after which a session asks whether the other side is there.
    EnquireLinkInterval, 5000, 300_000, default 20_000
}
number_value! {
    /// Unanswered questions after which a session is given up.
    EnquireLinkMisses, 1, 20, default 3
}
number_value! {
    /// Milliseconds without any PDU after which a session is given up; 0 is never. At most a day.
    InactivityTimeout, 0, 86_400_000, default 0
}
number_value! {
    /// Milliseconds between two binds to one endpoint.
    RebindGap, 0, 60_000, default 2000
}
