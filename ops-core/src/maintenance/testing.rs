//! A small world in which the clock and people move one operator's windows, and what their changes tell.

use jiff::{SignedDuration, Timestamp};

use super::{advance::advance, cancel, create, update, *};
use crate::{
    Change,
    audit::Difference,
    change::{ChangeName, Write as AnyWrite},
    connection::{self, Connection, DeniedCidrs},
    event::{Changed, Data, OperatorView, Updated},
    operator::{
        self, Status,
        testing::{ready, standing},
    },
    testing::{
        create_connection,
        decision::{Told, colleague_again, hours},
        stamp, text,
    },
};

/// An operator and its windows, as a store would keep them.
pub(super) struct World {
    pub(super) calendar: Calendar,
    pub(super) over: Vec<Maintenance>,
    pub(super) minute: i64,
    pub(super) changes: Vec<Change>,
    seed: u8,
}

impl World {
    pub(super) fn of(status: Status) -> Self {
        let operator = standing(status);
        let calendar = Calendar { operator, open: Vec::new(), dependents: ready() };
        Self { calendar, over: Vec::new(), minute: 0, changes: Vec::new(), seed: 10 }
    }

    pub(super) fn at(minute: i64) -> Timestamp {
        hours(0) + SignedDuration::from_mins(minute)
    }

    pub(super) fn stamp(&mut self) -> crate::Stamp {
        self.seed = self.seed.wrapping_add(1);
        colleague_again(Self::at(self.minute), self.seed)
    }

    pub(super) fn keep(&mut self, change: Change) {
        for write in &change.writes {
            match write {
                AnyWrite::Operator(operator::Write::Put(operator)) => {
                    self.calendar.operator = operator.clone();
                }
                AnyWrite::Maintenance(Write::Insert(window) | Write::Put(window)) => {
                    self.calendar.open.retain(|open| open.id != window.id);
                    let list = if window.phase.is_open() { &mut self.calendar.open } else { &mut self.over };
                    list.push(window.clone());
                }
                other => panic!("unexpected {other:?}"),
            }
        }
        self.changes.push(change);
    }

    /// The clock goes on, and the task looks.
    pub(super) fn until(&mut self, minute: i64) -> Status {
        self.minute = minute;
        let stamp = self.stamp();
        if let Some(change) = advance(&self.calendar, &stamp) {
            self.keep(change);
        }
        self.status()
    }

    pub(super) fn plan(&mut self, from: i64, to: i64, drain_s: i64) -> MaintenanceId {
        self.plan_of(None, from, to, drain_s)
    }

    /// A window of one connection of the operator, or of the whole of it.
    pub(super) fn plan_of(
        &mut self,
        connection: Option<&Connection>,
        from: i64,
        to: i64,
        drain_s: i64,
    ) -> MaintenanceId {
        let command = create::Create {
            starts_at: Some(Self::at(from)),
            ends_at: Self::at(to),
            reason: text("CHG"),
            reference: None,
            drain_s: DrainSeconds::parse(drain_s).unwrap(),
        };
        let stamp = self.stamp();
        let (window, change) = create::create(&self.calendar, connection, command, &stamp).unwrap();
        self.keep(change);
        window.id
    }

    pub(super) fn window(&self, id: MaintenanceId) -> Maintenance {
        self.calendar.open.iter().chain(&self.over).find(|window| window.id == id).unwrap().clone()
    }

    pub(super) fn patch(&mut self, id: MaintenanceId, command: update::Update) {
        let (window, stamp) = (self.window(id), self.stamp());
        let changed = update::update(&self.calendar, &window, command, &stamp).unwrap();
        if let Some((_, change)) = changed {
            self.keep(change);
        }
    }

    pub(super) fn cancel(&mut self, id: MaintenanceId) {
        let (window, stamp) = (self.window(id), self.stamp());
        let change = cancel::cancel(&self.calendar, &window, &stamp).unwrap();
        self.keep(change);
    }

    /// A person drains the operator.
    pub(super) fn drain(&mut self, reason: &str, until: Option<Timestamp>) {
        let command = operator::drain::Drain { reason: text(reason), until };
        let stamp = self.stamp();
        let drained = operator::drain::drain(&self.calendar.operator, command, &stamp).unwrap();
        self.keep(drained.expect("it takes traffic, or a window drains it").1);
    }

    /// A person activates the operator.
    pub(super) fn activate(&mut self) {
        let (dependents, stamp) = (self.calendar.dependents.clone(), self.stamp());
        let activated = operator::activate::activate(&self.calendar.operator, &dependents, &stamp).unwrap();
        self.keep(activated.expect("it was not active").1);
    }

    pub(super) fn status(&self) -> Status {
        self.calendar.operator.status
    }
}

pub(super) fn moved_to(from: Option<i64>, to: Option<i64>) -> update::Update {
    update::Update { starts_at: from.map(World::at), ends_at: to.map(World::at), ..update::Update::default() }
}

/// A connection of that operator.
pub(super) fn connection(operator: &Operator) -> Connection {
    let command = create_connection("main", "smsc.example.net");
    connection::create::create(operator, command, &DeniedCidrs::default(), &stamp(1)).unwrap().0
}

/// The window as a colleague's decision of this time left it, one version later.
pub(super) fn next(before: &Maintenance, at: Timestamp, edit: impl FnOnce(&mut Fields)) -> Maintenance {
    let mut fields = before.0.clone();
    edit(&mut fields);
    let version = before.version + 1;
    Maintenance(Fields { version, updated_at: at, updated_by: "colleague".into(), ..fields })
}

/// What a decision about these windows tells: each window that is written with the line it leaves in the trail, and then
/// the operator, when it moves.
pub(super) fn told(
    name: ChangeName,
    calendar: &Calendar,
    windows: Vec<(Write, ChangeName, Vec<Difference>)>,
    operator: Option<(Operator, Vec<Difference>)>,
) -> Told {
    let before = &calendar.operator;
    let open = calendar.open.iter().map(|window| (window.id, window.version)).collect();
    let mut told = Told {
        name,
        expects: vec![
            Expect::Open(before.id, open).into(),
            operator::Expect::Version(before.id, before.version).into(),
        ],
        writes: Vec::new(),
        events: Vec::new(),
        audit: Vec::new(),
        moves_view: operator.is_some(),
    };
    let mut changes = Vec::new();
    for (write, action, differences) in windows {
        let (Write::Insert(window) | Write::Put(window)) = &write;
        changes.push(Changed::maintenance(window.id));
        told.audit.push((action, Some(before.id), window.id.into(), differences));
        told.writes.push(write.into());
    }
    let view = operator.as_ref().map(|(after, _)| OperatorView::of(after));
    if let Some((after, differences)) = operator {
        changes.push(Changed::status());
        told.audit.push((ChangeName::MaintenanceAdvance, Some(after.id), after.id.into(), differences));
        told.writes.push(operator::Write::Put(after).into());
    }
    told.events.push((before.id, Data::Updated(Updated { changes, operator: view })));
    told
}
