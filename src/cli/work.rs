//! What is done with the rows: filter, limit, gather, sort, show.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    args::{Args, Form, Included},
    columns::Available,
    filter::{self, Clock, Columns, Condition},
    gather::{Count, Describe, Function, Gather, Groups, Key as GroupKey, functions},
    output::{Output, Target},
    patterns::Patterns,
    since,
    sort::{Key, Sorter, Tail, unknown},
    stop::Stop,
};
use crate::{
    batch::{Batch, Schema, Strings},
    input::Input,
    scan::ScanOptions,
};

/// A limit of so many rows is left to the scan, which then works on one thread; of more, blocks after it may be read.
const SCAN_LIMIT: u64 = 100_000;
/// The width of a drawing where there is no terminal.
const WIDTH: usize = 80;

/// The rest of the way of a row.
pub(super) struct Work {
    /// What of `--where` the scan does not decide.
    condition: Option<Condition>,
    /// How many rows may still be taken.
    limit: Option<u64>,
    gather: Option<Box<dyn Gather>>,
    order: Order,
    /// How many rows may still be shown.
    head: Option<u64>,
    tail: Option<u64>,
    /// The columns that are shown, by their numbers in a batch.
    shown: Vec<usize>,
    target: Target,
    /// Whether what was gathered is drawn, and not shown as rows.
    is_drawn: bool,
    output: Option<Box<dyn Output>>,
    /// What that was shown is no exact value.
    pub(super) estimates: Vec<String>,
    /// How many rows were taken.
    pub(super) rows: u64,
}

/// What becomes of rows before they are shown.
enum Order {
    AsTheyCome,
    Sort(Sorter),
    Tail(Tail),
}

/// What was asked for, before the columns are known by number.
struct Asked {
    condition: Option<Condition>,
    functions: Option<Vec<Function>>,
    by: Vec<GroupKey>,
    /// The columns of rows, or of statistics.
    shown: Vec<String>,
    sort: Vec<Key>,
}

impl Work {
    /// Reads the arguments, and completes the options of the scan.
    ///
    /// # Errors
    /// A wrong condition, function or name of a column.
    pub(super) fn new(
        args: &Args,
        patterns: &mut Patterns,
        options: &mut ScanOptions,
        target: Target,
    ) -> Result<Work, Stop> {
        let available = Available::of(patterns, options)?;
        let asked = Asked::new(args, &available, options)?;
        // Several patterns have different fields: what each filters is asked of all rows again.
        let (predicates, condition) = match (asked.condition, patterns.one()) {
            (Some(condition), Some(pattern)) => filter::split(condition, pattern),
            (condition, _) => (Vec::new(), condition),
        };
        options.filter = predicates;
        // Why records have no row is asked of all of them.
        options.skip_filtered = !args.why && !args.unmatched;
        let gathers = args.count || args.stats || asked.functions.is_some();
        let mut needed: Vec<String> = asked.by.iter().map(|key| key.column.clone()).collect();
        if let Some(condition) = &condition {
            let mut names = BTreeSet::new();
            condition.columns(&mut names);
            needed.extend(names);
        }
        match &asked.functions {
            Some(functions) => needed.extend(functions.iter().filter_map(|function| function.column.clone())),
            None if args.count && !args.unmatched => {}
            None => needed.splice(0..0, asked.shown.clone()).for_each(drop),
        }
        if !gathers {
            needed.extend(asked.sort.iter().map(|key| key.column.clone()));
        }
        available.choose(&needed, options)?;
        patterns.choose(&needed, condition.as_ref());
        options.strings = strings(args, target.form);
        patterns.check(options)?;
        let empty = patterns.scan(Input::bytes(b""), options.clone()).read_all()?;
        let number = |name: &String| empty.schema().position(name).ok_or_else(|| available.unknown(name));
        let mut shown = asked.shown.iter().map(number).collect::<Result<Vec<_>, _>>().unwrap_or_default();
        let gather: Option<Box<dyn Gather>> = match asked.functions {
            Some(functions) => {
                let by = asked.by.into_iter().map(|key| {
                    let column = empty.column(&key.column).ok_or_else(|| available.unknown(&key.column))?;
                    Ok((key, column.column_type()))
                });
                Some(Box::new(Groups::new(by.collect::<Result<_, Stop>>()?, functions)))
            }
            None if args.count => Some(Box::new(Count::default())),
            None if args.stats => Some(Box::new(Describe::new(empty.project(&shown).schema()))),
            None => None,
        };
        let schema = match &gather {
            Some(gather) => Arc::clone(gather.rows()?.schema()),
            None => Arc::clone(empty.schema()),
        };
        if gathers {
            shown = (0..schema.len()).collect();
        }
        let is_drawn = target.form == Form::Table || args.count && args.form.is_none() && !target.form.is_columnar();
        let order = order(args, asked.sort, &schema)?;
        let mut work = Work {
            condition,
            limit: args.limit,
            gather,
            order,
            head: args.head,
            tail: args.tail,
            shown,
            target,
            is_drawn,
            output: None,
            estimates: Vec::new(),
            rows: 0,
        };
        options.limit = work.scan_limit().filter(|limit| *limit <= SCAN_LIMIT);
        if work.gather.is_none() && !args.why && !args.unmatched {
            work.output = Some(work.target.open(empty.project(&work.shown).schema())?);
        }
        Ok(work)
    }

    /// How many rows the scan has to give at most, if that is known to be enough.
    pub(super) fn scan_limit(&self) -> Option<u64> {
        let shown = if self.gather.is_none() && matches!(self.order, Order::AsTheyCome) { self.head } else { None };
        let limit = self.limit.into_iter().chain(shown).min();
        limit.filter(|_| self.condition.is_none())
    }

    /// Whether nothing is written before all rows were read.
    pub(super) fn is_quiet_until_the_end(&self) -> bool {
        self.gather.is_some() || !matches!(self.order, Order::AsTheyCome)
    }

    /// Whether no more rows are needed.
    pub(super) fn has_enough(&self) -> bool {
        [self.limit, self.head, self.tail].contains(&Some(0))
    }

    /// Takes rows of the scan.
    pub(super) fn push(&mut self, batch: Batch) -> Result<(), Stop> {
        let batch = match &self.condition {
            None => batch,
            Some(condition) => {
                let mut kept = vec![true; batch.len()];
                condition.narrow(&batch, &mut kept);
                if kept.contains(&false) { batch.filter(|row| kept[row]) } else { batch }
            }
        };
        let batch = cut(batch, &mut self.limit);
        self.rows += batch.len() as u64;
        if let Some(gather) = &mut self.gather {
            return gather.add(&batch);
        }
        match &mut self.order {
            Order::AsTheyCome => self.show(batch),
            Order::Sort(sorter) => sorter.push(batch),
            Order::Tail(tail) => {
                tail.push(batch);
                Ok(())
            }
        }
    }

    /// Writes what is left to be written.
    pub(super) fn finish(&mut self) -> Result<(), Stop> {
        if let Some(gather) = self.gather.take() {
            if self.is_drawn
                && let Some(drawing) = gather.draw(self.target.width.unwrap_or(WIDTH))
            {
                self.target.writer()?.write_all(drawing.as_bytes())?;
                return Ok(());
            }
            let all = if self.target.form.is_columnar() { vec![gather.rows()?] } else { gather.typed_rows()? };
            self.estimates = gather.estimates();
            let schema =
                all.first().map_or_else(|| Arc::new(Schema::new(std::iter::empty())), |rows| Arc::clone(rows.schema()));
            self.output = Some(self.target.open(&schema)?);
            for rows in all {
                match &mut self.order {
                    Order::AsTheyCome => self.show(rows)?,
                    Order::Sort(sorter) => sorter.push(rows)?,
                    Order::Tail(tail) => tail.push(rows),
                }
            }
        }
        match std::mem::replace(&mut self.order, Order::AsTheyCome) {
            Order::AsTheyCome => {}
            Order::Sort(sorter) => {
                let sorted = sorter.sorted()?;
                let skipped = self.tail.map_or(0, |tail| (sorted.len() as u64).saturating_sub(tail)) as usize;
                self.show(sorted.take(&(skipped..sorted.len()).collect::<Vec<_>>()))?;
            }
            Order::Tail(mut tail) => {
                for batch in tail.batches() {
                    self.show(batch)?;
                }
            }
        }
        match &mut self.output {
            Some(output) => output.finish(),
            None => Ok(()),
        }
    }

    /// The columns for which there was no room.
    pub(super) fn left_out(&self) -> Vec<String> {
        self.output.as_ref().map(|output| output.left_out()).unwrap_or_default()
    }

    /// How many columns are shown, those left out among them.
    pub(super) fn columns(&self) -> usize {
        self.shown.len()
    }

    fn show(&mut self, batch: Batch) -> Result<(), Stop> {
        let batch = cut(batch, &mut self.head);
        let Some(output) = &mut self.output else { return Ok(()) };
        if batch.is_empty() {
            return Ok(());
        }
        output.write(&batch.project(&self.shown))
    }
}

impl Asked {
    fn new(args: &Args, available: &Available, options: &ScanOptions) -> Result<Asked, Stop> {
        let clock = Clock { tz: options.tz.clone(), year: options.year };
        let mut parts = Vec::new();
        if let Some(text) = &args.condition {
            parts.push(filter::parse(text, available, &clock)?);
        }
        parts.extend(since::conditions(args, available, &clock)?);
        let condition = if parts.len() > 1 { Some(Condition::And(flat(parts))) } else { parts.pop() };
        let functions = match (&args.agg, &args.group_by) {
            (Some(text), _) => Some(functions(text, available)?),
            (None, Some(_)) => Some(vec![Function::count()]),
            (None, None) => None,
        };
        let by = args.group_by.iter().flatten().map(|text| GroupKey::new(text, available));
        let by: Vec<GroupKey> = by.collect::<Result<_, _>>()?;
        let of_groups = by.iter().map(|key| &key.name).chain(functions.iter().flatten().map(|function| &function.name));
        not_twice(of_groups, "--group-by and --agg")?;
        not_twice(args.select.iter().flatten(), "--select")?;
        for name in args.select.iter().flatten() {
            available.column_type(name).ok_or_else(|| available.unknown(name))?;
        }
        let mut shown = args.select.clone().unwrap_or_else(|| available.by_default());
        for included in &args.include {
            let name = match included {
                Included::File => "file",
                Included::Line => "line",
                Included::Offset => "offset",
            };
            available.includes(name)?;
            if !shown.iter().any(|shown| shown == name) {
                shown.push(name.to_owned());
            }
        }
        let sort = args.sort.iter().map(|text| Key::new(text)).collect();
        Ok(Asked { condition, functions, by, shown, sort })
    }
}

/// # Errors
/// Two columns of one name, of which most readers of JSON would keep one.
fn not_twice<'n>(names: impl Iterator<Item = &'n String>, options: &str) -> Result<(), Stop> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Stop::new(format!(
                "{options}: two columns have the name {name}: leave one out, or give the field another name"
            )));
        }
    }
    Ok(())
}

/// Parts of which none is an `and`.
fn flat(parts: Vec<Condition>) -> Vec<Condition> {
    let each = parts.into_iter().flat_map(|part| match part {
        Condition::And(parts) => parts,
        one => vec![one],
    });
    each.collect()
}

/// How texts lie in memory. Views are the quickest; rows that are held would keep all blocks with them, and not all that read Arrow know views.
fn strings(args: &Args, form: Form) -> Strings {
    let holds_rows = !args.sort.is_empty() || args.tail.is_some();
    if holds_rows || matches!(form, Form::Arrow | Form::Parquet) { Strings::Utf8 } else { Strings::View }
}

fn order(args: &Args, keys: Vec<Key>, schema: &Arc<Schema>) -> Result<Order, Stop> {
    if let Some(key) = keys.iter().find(|key| schema.position(&key.column).is_none()) {
        return Err(unknown(key, schema));
    }
    Ok(match args.tail {
        _ if !keys.is_empty() => Order::Sort(Sorter::new(keys, args.head, Arc::clone(schema))),
        Some(tail) => Order::Tail(Tail::new(tail)),
        None => Order::AsTheyCome,
    })
}

/// The first rows of a batch, if not all of them are wanted any more.
fn cut(batch: Batch, wanted: &mut Option<u64>) -> Batch {
    let Some(wanted) = wanted else { return batch };
    let rows = batch.len().min(usize::try_from(*wanted).unwrap_or(usize::MAX));
    *wanted -= rows as u64;
    if rows < batch.len() { batch.take(&(0..rows).collect::<Vec<_>>()) } else { batch }
}
