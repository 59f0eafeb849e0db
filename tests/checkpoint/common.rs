//! A small training with everything a checkpoint has to hold, in every form the tests need.

use std::path::{Path, PathBuf};
use wgrad::prelude::*;
use wgrad::train::{Array, Checkpoint};

/// An empty folder of the test's own, removed at the end.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("wgrad-checkpoint-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// How a training is done.
#[derive(Clone)]
pub struct Form {
    pub device: Device,
    pub seed: u64,
    pub epochs: usize,
    /// Of early stopping.
    pub patience: usize,
    pub batch: usize,
    pub units: usize,
    pub shuffle: bool,
    pub steps_per_epoch: Option<usize>,
    /// Gradients are added up over two steps, and averages are kept and swapped in.
    pub averages: bool,
    /// The rate is set by callbacks, not by the optimizer's schedule.
    pub rate_by_callbacks: bool,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            device: Device::Cpu,
            seed: 7,
            epochs: 2,
            patience: 2,
            batch: 8,
            units: 6,
            shuffle: true,
            steps_per_epoch: None,
            averages: false,
            rate_by_callbacks: false,
        }
    }
}

/// Samples of 4 numbers and 3 classes; another `salt`, other samples.
pub fn samples(rows: usize, salt: usize) -> Samples {
    let x = (0..rows * 4).map(|i| ((i * 7919 + salt * 31) % 23) as f32 / 11.0 - 1.0).collect();
    let y = (0..rows).map(|i| ((i * i + i / 3 + salt) % 3) as f32).collect();
    Samples::new([&Rows::floats(4, x)]).labels([&Rows::floats(1, y)])
}

/// 45 samples: 5 batches of 8 and one of 5.
pub fn data() -> [Samples; 2] {
    [samples(45, 0), samples(20, 1)]
}

impl Form {
    pub fn model(&self) -> Model {
        let mut model = Sequential::new(&[4])
            .add(BatchNormalization::new())
            .add(Dense::new(self.units).activation(Activation::ELU))
            .add(Dropout::new(0.3))
            .add(BatchNormalization::new())
            .add(Dense::new(3).activation(Activation::Softmax))
            .build(&self.device, Seed(self.seed))
            .expect("a sound net");
        let loss = SparseCategoricalCrossentropy::new();
        let metrics = ["accuracy", "sparse_categorical_accuracy", "mean"];
        let done = match (self.averages, self.rate_by_callbacks) {
            (true, _) => {
                let adam = Adam::new(ExponentialDecay::new(2e-2, 5.0, 0.9)).gradient_accumulation_steps(2);
                model.compile(adam.use_ema(0.8, None).clipnorm(0.5), loss, metrics)
            }
            (false, true) => model.compile(Sgd::new(0.1).momentum(0.9), loss, metrics),
            (false, false) => model.compile(Nadam::new(ExponentialDecay::new(2e-2, 5.0, 0.9)), loss, metrics),
        };
        done.expect("fits");
        model
    }

    /// What is trained with, saved into `saved`.
    pub fn fit<'a>(&self, stopping: &'a mut EarlyStopping, csv: &Path, saved: impl Callback + 'a) -> Fit<'a> {
        let mut fit = Fit::epochs(self.epochs).batch(self.batch).shuffle(self.shuffle).callback(stopping);
        if self.rate_by_callbacks {
            let plateau =
                ReduceLrOnPlateau { factor: 0.5, patience: 1, min_delta: 1.0, ..ReduceLrOnPlateau::default() };
            fit = fit.callback(LearningRateScheduler::new(|_, rate| rate * 0.9)).callback(plateau);
        }
        if self.averages {
            fit = fit.callback(wgrad::train::callback::SwapEmaWeights::new().swap_on_epoch(true));
        }
        if let Some(steps) = self.steps_per_epoch {
            fit = fit.steps_per_epoch(steps);
        }
        fit.callback(CsvLogger::new(csv)).callback(saved)
    }

    /// Trains to the end, from what is in `saved`.
    pub fn train(&self, csv: &Path, saved: impl Callback) -> Result<Outcome> {
        let [train, validation] = data();
        let mut model = self.model();
        let mut stopping = EarlyStopping::on("val_loss").patience(self.patience).restore_best_weights(true);
        let history = model.fit(&train, self.fit(&mut stopping, csv, saved).validation(&validation))?;
        let mut snapshot = model.snapshot()?;
        // A file holds arrays in another order.
        snapshot.arrays.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Outcome {
            weights: model.get_weights()?.iter().map(|w| bits(w)).collect(),
            arrays: snapshot.arrays.iter().map(|(name, shape, v)| (name.clone(), shape.clone(), bits(v))).collect(),
            counters: format!("{:?} {:?}", snapshot.progress, snapshot.counters),
            history: history.iter().map(|(name, v)| (name.to_owned(), bits(v))).collect(),
            epochs: history.epochs,
            stopping: format!("{:?} {} {:?}", stopping.best(), stopping.best_epoch(), stopping.stopped_epoch()),
            csv: std::fs::read_to_string(csv).expect("written"),
        })
    }
}

/// What a training has come to, to the bit.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub weights: Vec<Vec<u64>>,
    pub arrays: Vec<(String, Vec<usize>, Vec<u64>)>,
    pub counters: String,
    pub epochs: Vec<usize>,
    pub history: Vec<(String, Vec<u64>)>,
    pub stopping: String,
    pub csv: String,
}

impl Outcome {
    /// Fails with what differs.
    pub fn assert_equals(&self, other: &Self, what: &str) {
        assert_eq!(self.epochs, other.epochs, "{what}: epochs");
        assert_eq!(self.counters, other.counters, "{what}: counters");
        assert_eq!(self.stopping, other.stopping, "{what}: early stopping");
        for (a, b) in self.history.iter().zip(&other.history) {
            assert_eq!(a, b, "{what}: history");
        }
        for (a, b) in self.arrays.iter().zip(&other.arrays) {
            assert_eq!(a, b, "{what}: variables and slots");
        }
        assert_eq!(self.csv, other.csv, "{what}: lines");
        assert!(self == other, "{what}");
    }
}

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|v| v.to_bits()).collect()
}

/// The arrays of a checkpoint in one order.
pub fn sorted(checkpoint: &Checkpoint) -> Vec<Array> {
    let mut arrays = checkpoint.snapshot.arrays.clone();
    arrays.sort_by(|a, b| a.0.cmp(&b.0));
    arrays
}

/// A small checkpoint, and the file's bytes.
pub fn small(name: &str) -> (Checkpoint, Vec<u8>) {
    let folder = Folder::new(name);
    let mut model = Sequential::new(&[1]).add(Dense::new(1)).build(&Device::Cpu, Seed(1)).expect("sound");
    model.compile(Sgd::new(0.1), MeanSquaredError::new(), ()).expect("fits");
    let rows = Rows::floats(1, vec![1.0, 2.0, 3.0, 4.0]);
    let saved = Checkpoints::new(&folder.0).save_freq(3);
    model.fit((&rows, &rows), Fit::epochs(1).batch(1).callback(&mut saved.clone())).expect("trains");
    let (_, path) = saved.list().expect("there").pop().expect("one");
    (saved.newest().expect("whole").expect("one"), std::fs::read(path).expect("there"))
}
