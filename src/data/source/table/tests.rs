//! Tables, whole and broken.

use crate::data::source::{Labels, MissingValues, Part, Prepared, Scale, SourceOptions, Task, open};
use crate::data::{Loaded, Samples};
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A file of this text; gone when dropped.
struct Table(PathBuf);

impl Table {
    fn new(text: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("wgrad-table-{}-{}.csv", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let this = Self(std::env::temp_dir().join(name));
        std::fs::write(&this.0, text).unwrap();
        this
    }

    fn options(&self) -> SourceOptions {
        SourceOptions { source: self.0.display().to_string(), ..SourceOptions::default() }
    }

    fn open(&self, change: impl Fn(&mut SourceOptions)) -> Loaded {
        let mut options = self.options();
        change(&mut options);
        open(&options, 1).unwrap()
    }

    fn fails(&self, change: impl Fn(&mut SourceOptions), words: &[&str]) {
        let mut options = self.options();
        change(&mut options);
        let error = open(&options, 1).unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "{error} says nothing of `{word}`");
        }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn row(samples: &Samples, at: usize) -> (Vec<f64>, Vec<f64>) {
    let of = |rows: &[crate::base::Rows]| {
        let mut out = vec![0.0; rows.first().map_or(0, |r| r.width)];
        rows.iter().for_each(|r| r.gather(at, &mut out));
        out
    };
    (of(&samples.inputs), of(&samples.labels))
}

const HOUSES: &str = "rooms,city,price\n3,Bern,10.5\n4,Genf,20.5\n5,Bern,30.25\n6,Basel,41\n";

#[test]
fn categories_become_ones_and_the_last_column_the_target() {
    let data = Table::new(HOUSES).open(|o| o.categorical = texts(&["city"]));
    assert_eq!(data.features.as_deref().unwrap(), ["rooms", "city=Basel", "city=Bern", "city=Genf"]);
    assert_eq!(row(&data.train, 1), (vec![4.0, 0.0, 0.0, 1.0], vec![20.5]));
    assert_eq!((data.task, data.input_shapes.as_slice()), (Task::Regression, &[vec![4]][..]));
    let notes = data.notes.join("\n");
    assert!(notes.contains("last column, `price`") && notes.contains("`city`: one-hot of 3"), "{notes}");
}

#[test]
fn text_targets_are_classes_in_the_order_asked_for() {
    let table = Table::new("a;b;kind\n1;2;pear\n2;3;apple\n3;4;pear\n");
    let data = table.open(|_| {});
    assert_eq!(data.classes().unwrap(), ["apple", "pear"]);
    assert_eq!(row(&data.train, 0).1, [1.0]);
    let data = table.open(|o| o.classes = texts(&["pear", "apple"]));
    assert_eq!(row(&data.train, 0).1, [0.0]);
    table.fails(|o| o.classes = texts(&["pear"]), &["line 3, column `kind`", "class `apple`", "one of pear"]);
    table.fails(|o| o.task = Task::Regression, &["line 2, column `kind`", "expected a number, got `pear`"]);
}

#[test]
fn targets_by_number_and_tables_without_names() {
    let data = Table::new("1,2,3\n4,5,6\n7,8,9.5\n").open(|o| o.target = texts(&["0"]));
    assert_eq!(row(&data.train, 2), (vec![8.0, 9.5], vec![7.0]));
    let data = Table::new("1,2,3\n4,5,6\n7,8,9.5\n").open(|o| o.target = texts(&["-1", "0"]));
    assert_eq!(row(&data.train, 2), (vec![8.0], vec![9.5, 7.0]));
    assert_eq!(data.labels, [Labels::Numbers { shape: vec![2], names: texts(&["2", "0"]) }]);
    // As pandas writes it with its index.
    let data = Table::new(",a,y\n0,1,2.5\n1,3,4.5\n").open(|o| o.drop = texts(&["0"]));
    assert_eq!((data.features.unwrap(), data.train.len()), (texts(&["a"]), 2));
}

#[test]
fn columns_that_tell_nothing_are_told_of() {
    let rows: String = (0..12).map(|i| format!("{i},7,{},{}\n", i * i, f64::from(i) / 2.0)).collect();
    let notes = Table::new(&format!("id,one,square,y\n{rows}")).open(|_| {}).notes.join("\n");
    assert!(notes.contains("`id` counts the rows") && notes.contains("`one`") && !notes.contains("square"), "{notes}");
}

#[test]
fn scaling_is_measured_on_the_training_part() {
    let text: String = (0..10).map(|i| format!("{i},{}\n", f64::from(i) / 2.0)).collect();
    let data = Table::new(&format!("x,y\n{text}")).open(|o| {
        o.scale = Scale::Standardize;
        o.validation = Part::Count(4);
        o.split = crate::data::Split::Last;
    });
    // 0..6: mean 2.5, variance 35/12.
    let scaling = &data.prepared.scaling[0];
    assert_eq!(scaling.offset, [2.5]);
    assert!((scaling.divisor[0] - (35.0_f64 / 12.0).sqrt()).abs() < 1e-12);
    let last = row(&data.validation.unwrap(), 3).0[0];
    assert!((last - (9.0 - 2.5) / (35.0_f64 / 12.0).sqrt()).abs() < 1e-6);
}

#[test]
fn missing_cells_are_refused_dropped_or_filled() {
    let table = Table::new("a,b,y\n1,2,0.5\n,4,1.5\n3,NA,2.5\n");
    table.fails(|_| {}, &["line 3, column `a`", "an empty cell", "missing = \"drop\""]);
    let data = table.open(|o| o.missing = MissingValues::Drop);
    assert_eq!(data.train.len(), 1);
    assert!(data.notes.iter().any(|note| note.contains("2 of 3 rows left out")), "{:?}", data.notes);
    let data = table.open(|o| o.missing = MissingValues::Fill);
    assert_eq!((row(&data.train, 1).0, row(&data.train, 2).0), (vec![2.0, 4.0], vec![3.0, 3.0]));
    let table = Table::new("a,y\n1,2.5\n2,\n");
    table.fails(|o| o.missing = MissingValues::Fill, &["line 3, column `y`"]);
}

#[test]
fn other_data_is_made_as_the_training_data_was() {
    let train = Table::new(HOUSES).open(|o| {
        o.categorical = texts(&["city"]);
        o.scale = Scale::Standardize;
    });
    let kept = Prepared::of_json("kept", &train.prepared.to_json()).unwrap();
    assert_eq!(kept, train.prepared);
    // Other order, one column more, no target, and a category less.
    let other = Table::new("city,extra,rooms\nGenf,1,4\n");
    let data = other.open(|o| o.prepared = Some(kept.clone()));
    assert_eq!(row(&data.train, 0).0, row(&train.train, 1).0);
    assert!(data.train.labels.is_empty());
    let strange = Table::new("city,rooms\nWien,4\n");
    strange.fails(|o| o.prepared = Some(kept.clone()), &["line 2, column `city`", "`Wien`", "Basel, Bern, Genf"]);
    Table::new("city\nBern\n").fails(|o| o.prepared = Some(kept.clone()), &["no column `rooms`"]);
}

#[test]
fn another_table_validates() {
    let other = Table::new("city,price,rooms\nBern,1.5,4\n");
    let data = Table::new(HOUSES).open(|o| {
        o.categorical = texts(&["city"]);
        o.validation = Part::Source(other.0.display().to_string());
    });
    assert_eq!(row(&data.validation.unwrap(), 0), (vec![4.0, 0.0, 1.0, 0.0], vec![1.5]));
}

#[test]
fn weights_and_reconstruction() {
    let data = Table::new("x,w,y\n1,0.5,2.5\n2,2,3.5\n").open(|o| o.weights = Some("w".to_owned()));
    assert_eq!(data.train.weights.as_ref().map(crate::base::Rows::len), Some(2));
    assert_eq!(data.input_shapes, [vec![1]]);
    let data = Table::new("a,b\n1,0.5\n2,2\n").open(|o| {
        o.task = Task::Reconstruction;
        o.scale = Scale::Unit;
    });
    let (x, y) = row(&data.train, 1);
    assert_eq!((&x, data.task), (&vec![1.0, 1.0], Task::Reconstruction));
    assert_eq!(x, y);
}

#[test]
fn broken_tables_are_told_by_line_and_column() {
    Table::new(HOUSES).fails(|_| {}, &["line 2, column `city`", "got `Bern`", "categorical = [\"city\"]"]);
    Table::new("a,b\n1,2\n1\n").fails(|_| {}, &["line 3: expected 2 cells", "got 1"]);
    Table::new("").fails(|_| {}, &["no rows"]);
    Table::new("a,b\n").fails(|_| {}, &["a line of names and no rows"]);
    Table::new("a,a\n1,2\n").fails(|_| {}, &["two columns are called `a`"]);
    Table::new("a,b\n1,1e99\n").fails(|_| {}, &["line 2, column `b`", "fits float32"]);
    Table::new("a;b\n1,5;2\n2;3\n").fails(|_| {}, &["line 2, column `a`", "decimals with a point"]);
    Table::new("a,b\n1,2\n").fails(|o| o.target = texts(&["bb"]), &["target: column", "did you mean `b`?"]);
    Table::new("a\n1\n2\n").fails(|_| {}, &["no column is left as input"]);
    Table::new("a,b\n1,2\n").fails(|o| o.delimiter = Some("ab".into()), &["delimiter", "one character"]);
    Table::new("a,y\n1,1\n2,2\n3,3\n4,x\n").fails(|_| {}, &["line 5, column `y`", "as in 3 of 4 rows"]);
}

#[test]
fn gzipped_tables_are_read_and_cut_ones_refused() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(HOUSES.as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let table = Table::new("");
    std::fs::write(&table.0, &packed).unwrap();
    assert_eq!(table.open(|o| o.categorical = texts(&["city"])).train.len(), 4);
    std::fs::write(&table.0, &packed[..packed.len() - 5]).unwrap();
    table.fails(|_| {}, &["a whole gzip stream", "cut off"]);
    std::fs::write(&table.0, b"a,b\n1,\xff\n").unwrap();
    table.fails(|_| {}, &["line 2: expected text in UTF-8"]);
}

#[test]
fn columns_are_reported_whatever_is_in_them() {
    let table = Table::new("n,t,m,e\n1,a,1,\n2,b,x,\n4,a,3,\n,a,4,\n");
    let all = super::report(&table.0, &table.options()).unwrap();
    let kinds: Vec<super::Kind> = all.iter().map(|c| c.kind).collect();
    assert_eq!(kinds, [super::Kind::Number, super::Kind::Text, super::Kind::Mixed { line: 3 }, super::Kind::Empty]);
    assert_eq!((all[0].missing, all[0].distinct, all[1].frequent[0].clone()), (1, 3, ("a".to_owned(), 3)));
    assert_eq!(all[0].numbers.unwrap()[2..], [1.0, 4.0]);
}
