//! Two recipes of the textbook for nets of dense layers that classify: the default one and the self-normalising one.
//!
//! Source: A. Géron, *Hands-On Machine Learning with Scikit-Learn, Keras, and TensorFlow*, chapter "Training Deep Neural
//! Networks", its two tables of a default and of a self-normalising configuration (2nd edition, 2019):
//!
//! | | [`default_dnn`] | [`self_normalizing_dnn`] |
//! |---|---|---|
//! | kernel initializer | He normal | LeCun normal |
//! | activation | ELU | SELU |
//! | normalisation | batch normalisation if deep: more than 3 hidden layers | none |
//! | regularisation | early stopping | early stopping; alpha dropout if asked for |
//! | optimizer | Nesterov momentum (or Nadam) | Nesterov momentum (or Nadam) |
//! | learning rate | 1cycle | 1cycle |
//!
//! The tables leave numbers open. Batches of 128 are those of the chapter's example of 1cycle, patience 10 that of the
//! book's early stopping, and the highest rate is the optimizer's default in Keras: 0.01, of Nadam 0.001. A recipe is a
//! start, not an answer: the highest rate is the first number to look for.

use super::callback::EarlyStopping;
use super::{Device, Fit, Model, Sequential};
use crate::base::{Allowed, Error, Result, Rows, Seed};
use crate::nn::act::Activation;
use crate::nn::init::{HeNormal, LecunNormal};
use crate::nn::layer::{AlphaDropout, BatchNormalization, Dense, Flatten, Normalization};
use crate::nn::loss::SparseCategoricalCrossentropy;
use crate::nn::optim::{Nadam, Sgd};
use crate::nn::schedule::OneCycle;

/// Hidden layers up to which a net counts as shallow.
const SHALLOW: usize = 3;

/// Hidden layers, counted from the output, that alpha dropout follows: the textbook's "top one to three".
const DROPPED: usize = 3;

/// Momentum beside 1cycle at its ends; it falls to 0.85 in the middle.
const MOMENTUM: f64 = 0.95;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Default,
    SelfNormalizing,
}

/// A net, and how it is trained.
///
/// ```
/// use wgrad::prelude::*;
///
/// let (train, test) = datasets::digits()?;
/// let (train, validation) = train.split(1200)?;
/// let recipe = presets::self_normalizing_dnn(&train.sample_shape, &[64, 32], train.classes).adapt(&train.x())?;
/// let mut model = recipe.build(&Device::Cpu, Seed(42))?;
/// recipe.compile(&mut model, recipe.steps(train.len(), 8))?;
/// model.fit(&train, recipe.fit(8)?.validation(&validation))?;
/// assert!(model.evaluate(&test)?.get("accuracy") > Some(0.8));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Recipe {
    kind: Kind,
    input: Vec<usize>,
    hidden: Vec<usize>,
    classes: usize,
    normalization: Option<Normalization>,
    batch_normalization: bool,
    alpha_dropout: f64,
    nadam: bool,
    max_learning_rate: Option<f64>,
    batch: usize,
    patience: usize,
}

/// The textbook's default: He normal, ELU, batch normalisation between product and activation if there are more than 3
/// hidden layers, early stopping, Nesterov momentum, 1cycle.
///
/// For samples of shape `input` (flattened), with hidden layers of these units and a softmax over `classes`.
pub fn default_dnn(input: &[usize], hidden: &[usize], classes: usize) -> Recipe {
    Recipe { batch_normalization: hidden.len() > SHALLOW, ..Recipe::new(Kind::Default, input, hidden, classes) }
}

/// The textbook's self-normalising net (Klambauer et al. 2017, arXiv:1706.02515): LeCun normal, SELU, no normalisation
/// layers, early stopping, Nesterov momentum, 1cycle.
///
/// Activations keep mean 0 and variance 1 only if the inputs have them: standardise the samples, or let
/// [`Recipe::adapt`] put a layer in front that does. Layers must follow each other; nothing else may come between them
/// but alpha dropout.
pub fn self_normalizing_dnn(input: &[usize], hidden: &[usize], classes: usize) -> Recipe {
    Recipe::new(Kind::SelfNormalizing, input, hidden, classes)
}

impl Recipe {
    fn new(kind: Kind, input: &[usize], hidden: &[usize], classes: usize) -> Self {
        Self {
            kind,
            input: input.to_vec(),
            hidden: hidden.to_vec(),
            classes,
            normalization: None,
            batch_normalization: false,
            alpha_dropout: 0.0,
            nadam: false,
            max_learning_rate: None,
            batch: 128,
            patience: 10,
        }
    }

    /// Standardises the samples in the net, with the mean and variance of these: those of each number where a sample has
    /// one axis, a single mean and variance where it has more, as images have. Default: samples are taken as they come.
    ///
    /// # Errors
    /// No sample, or samples of another size.
    pub fn adapt(self, samples: &Rows) -> Result<Self> {
        let axes: &[isize] = if self.input.len() > 1 { &[] } else { &[-1] };
        let normalization = Normalization::new().axis(axes).adapt(samples, &self.input)?;
        Ok(self.normalization(normalization))
    }

    /// Puts this layer in front of the net, before samples are flattened. Default: none.
    pub fn normalization(mut self, layer: Normalization) -> Self {
        self.normalization = Some(layer);
        self
    }

    /// Whether batch normalisation stands between each hidden layer's product and its activation. Default: in a default
    /// net of more than 3 hidden layers.
    pub fn batch_normalization(mut self, yes: bool) -> Self {
        self.batch_normalization = yes;
        self
    }

    /// Alpha dropout of this rate, 0 ≤ rate < 1, behind the last three hidden layers of a self-normalising net.
    /// Default: 0, none.
    pub fn alpha_dropout(mut self, rate: f64) -> Self {
        self.alpha_dropout = rate;
        self
    }

    /// Nadam instead of Nesterov momentum; the highest rate is then 0.001, Keras's default, unless told.
    pub fn nadam(mut self) -> Self {
        self.nadam = true;
        self
    }

    /// The highest rate of 1cycle, > 0; it starts at a tenth of it. Default: 0.01, of Nadam 0.001.
    pub fn max_learning_rate(mut self, rate: f64) -> Self {
        self.max_learning_rate = Some(rate);
        self
    }

    /// Samples a step. Default: 128.
    pub fn batch(mut self, batch: usize) -> Self {
        self.batch = batch;
        self
    }

    /// Samples a step, as [`Recipe::batch`] set it.
    pub fn batch_size(&self) -> usize {
        self.batch
    }

    /// Epochs without a lower validation loss after which training ends. Default: 10.
    ///
    /// Much of what 1cycle gains comes in its last third, when the rate is low: fewer than half of the epochs may end
    /// training before that.
    pub fn patience(mut self, patience: usize) -> Self {
        self.patience = patience;
        self
    }

    /// The net, not built.
    pub fn net(&self) -> Sequential {
        let mut net = Sequential::new(&self.input);
        if let Some(normalization) = &self.normalization {
            net = net.add(normalization.clone());
        }
        if self.input.len() > 1 {
            net = net.add(Flatten);
        }
        for (i, units) in self.hidden.iter().enumerate() {
            let dense = Dense::new(*units);
            let (dense, activation) = match self.kind {
                Kind::Default => (dense.kernel_initializer(HeNormal), Activation::ELU),
                Kind::SelfNormalizing => (dense.kernel_initializer(LecunNormal), Activation::SELU),
            };
            net = if self.batch_normalization {
                // Its shift is the layer's bias.
                net.add(dense.use_bias(false)).add(BatchNormalization::new()).add(activation)
            } else {
                net.add(dense.activation(activation))
            };
            if self.alpha_dropout != 0.0 && i + DROPPED >= self.hidden.len() {
                net = net.add(AlphaDropout::new(self.alpha_dropout));
            }
        }
        net.add(Dense::new(self.classes).activation(Activation::Softmax))
    }

    /// Builds the net, its variables drawn from `seed`.
    ///
    /// # Errors
    /// No hidden layer, fewer than two classes, a size of zero, an option outside its range or of the other recipe.
    pub fn build(&self, device: &Device, seed: Seed) -> Result<Model> {
        self.check()?;
        self.net().build(device, seed)
    }

    /// Steps of `epochs` times through `samples` samples: the length of 1cycle.
    pub fn steps(&self, samples: usize, epochs: usize) -> usize {
        samples.div_ceil(self.batch.max(1)) * epochs
    }

    /// Compiles a model of the recipe: cross-entropy of sparse labels, accuracy, the optimizer, and 1cycle over
    /// `total_steps` steps with the momentum that goes with it. After them the rate stays at its end.
    ///
    /// # Errors
    /// As [`Recipe::build`], and no steps.
    pub fn compile(&self, model: &mut Model, total_steps: usize) -> Result<()> {
        self.check()?;
        if total_steps == 0 {
            let help = "count them with Recipe::steps";
            return Err(Error::request("recipe: total_steps", "at least 1", 0, help));
        }
        let cycle = OneCycle::new(self.highest_rate(), total_steps as f64);
        let loss = SparseCategoricalCrossentropy::new();
        if self.nadam {
            let optimizer = Nadam::new(cycle).beta_1(MOMENTUM).schedule("beta_1", cycle.momentum());
            return model.compile(optimizer, loss, "accuracy");
        }
        let optimizer = Sgd::new(cycle).momentum(MOMENTUM).nesterov(true).schedule("momentum", cycle.momentum());
        model.compile(optimizer, loss, "accuracy")
    }

    /// Early stopping as the recipe has it: on the validation loss, the best epoch's variables coming back in the end.
    pub fn stopping(&self) -> EarlyStopping {
        EarlyStopping::on("val_loss").patience(self.patience).restore_best_weights(true)
    }

    /// Up to `epochs` epochs in batches of the recipe's size, with early stopping: add validation samples, without which
    /// it has nothing to watch.
    ///
    /// # Errors
    /// As [`Recipe::build`], and no epoch.
    pub fn fit(&self, epochs: usize) -> Result<Fit<'static>> {
        self.check()?;
        if epochs == 0 {
            return Err(Error::request("recipe: epochs", "at least 1", 0, "the textbook's example takes 25"));
        }
        Ok(Fit::epochs(epochs).batch(self.batch).callback(self.stopping()))
    }

    fn highest_rate(&self) -> f64 {
        self.max_learning_rate.unwrap_or(if self.nadam { 1e-3 } else { 0.01 })
    }

    fn check(&self) -> Result<()> {
        let at_least = |name: &str, least: usize, got: usize, help: &str| {
            let what = format!("recipe: {name}");
            if got < least { Err(Error::request(what, format!("at least {least}"), got, help)) } else { Ok(()) }
        };
        at_least("input", 1, self.input.iter().product(), "give the shape of one sample, without the batch")?;
        at_least("hidden layers", 1, self.hidden.len(), "name the units of each, as in &[300, 100]")?;
        at_least("classes", 2, self.classes, "labels count from 0; for other outputs build a Sequential")?;
        at_least("batch", 1, self.batch, "128 are usual")?;
        if let Some(i) = self.hidden.iter().position(|units| *units == 0) {
            at_least(&format!("units of hidden layer {}", i + 1), 1, 0, "leave the layer out, or give it units")?;
        }
        Allowed::Positive.check("recipe", "max_learning_rate", self.highest_rate())?;
        Allowed::Fraction.check("recipe", "alpha_dropout", self.alpha_dropout)?;
        match self.kind {
            Kind::SelfNormalizing if self.batch_normalization => Err(Error::request(
                "recipe: batch_normalization",
                "none in a self-normalising net",
                true,
                "SELU takes its place; use default_dnn for batch normalisation",
            )),
            Kind::Default if self.alpha_dropout != 0.0 => Err(Error::request(
                "recipe: alpha_dropout",
                "0 in a default net, whose activation it does not suit",
                self.alpha_dropout,
                "use self_normalizing_dnn",
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(recipe: &Recipe) -> Vec<&'static str> {
        recipe.net().layers().iter().map(|layer| layer.kind()).collect()
    }

    #[test]
    fn batch_normalization_comes_with_the_fourth_hidden_layer() {
        let shallow = default_dnn(&[4, 4], &[8, 8, 8], 3);
        assert_eq!(kinds(&shallow), ["flatten", "dense", "dense", "dense", "dense"]);
        let deep = kinds(&default_dnn(&[16], &[8; 4], 3));
        assert_eq!(deep[..3], ["dense", "batch_normalization", "activation"]);
        assert_eq!(deep.len(), 4 * 3 + 1);
        assert_eq!(kinds(&default_dnn(&[16], &[8; 4], 3).batch_normalization(false)), ["dense"; 5]);
    }

    #[test]
    fn alpha_dropout_follows_the_last_three_hidden_layers() {
        let recipe = self_normalizing_dnn(&[16], &[8; 5], 3).alpha_dropout(0.1);
        let tail = ["alpha_dropout", "dense", "alpha_dropout", "dense", "alpha_dropout", "dense"];
        assert_eq!(kinds(&recipe), [&["dense"; 3][..], &tail[..]].concat());
        assert_eq!(kinds(&self_normalizing_dnn(&[16], &[8; 5], 3)), ["dense"; 6]);
    }

    #[test]
    fn a_default_net_starts_from_he_and_a_self_normalising_one_from_lecun() {
        // The variance of a kernel is 2/inputs with He and 1/inputs with LeCun.
        let variance = |recipe: Recipe| {
            let model = recipe.build(&Device::Cpu, Seed(3)).expect("sound");
            let kernel = &model.get_weights().expect("readable")[0];
            kernel.iter().map(|v| v * v).sum::<f64>() / kernel.len() as f64 * 400.0
        };
        let (he, lecun) = (variance(default_dnn(&[400], &[100], 3)), variance(self_normalizing_dnn(&[400], &[100], 3)));
        assert!((he - 2.0).abs() < 0.1 && (lecun - 1.0).abs() < 0.05, "{he} {lecun}");
    }

    #[test]
    fn the_rate_rises_from_a_tenth_and_the_highest_is_the_recipe_s() {
        let recipe = default_dnn(&[4], &[8], 3);
        let mut model = recipe.build(&Device::Cpu, Seed(0)).expect("sound");
        recipe.compile(&mut model, 100).expect("sound");
        assert!((model.learning_rate().expect("compiled") - 0.001).abs() < 1e-12);
        recipe.nadam().compile(&mut model, 100).expect("sound");
        assert!((model.learning_rate().expect("compiled") - 1e-4).abs() < 1e-12);
        assert_eq!(default_dnn(&[4], &[8], 3).steps(1000, 3), 24);
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        let refused = |recipe: Recipe| recipe.build(&Device::Cpu, Seed(0)).expect_err("refused").to_string();
        let net = |hidden: &[usize], classes| default_dnn(&[4], hidden, classes);
        assert!(refused(net(&[], 3)).starts_with("recipe: hidden layers: expected at least 1, got 0"));
        assert!(refused(net(&[8, 0], 3)).starts_with("recipe: units of hidden layer 2: expected at least 1"));
        assert!(refused(net(&[8], 1)).starts_with("recipe: classes: expected at least 2, got 1"));
        assert!(refused(default_dnn(&[0], &[8], 3)).starts_with("recipe: input"));
        assert!(refused(net(&[8], 3).max_learning_rate(-1.0)).starts_with("recipe: max_learning_rate"));
        assert!(refused(net(&[8], 3).batch(0)).starts_with("recipe: batch"));
        assert!(refused(net(&[8], 3).alpha_dropout(0.1)).contains("use self_normalizing_dnn"));
        let selu = self_normalizing_dnn(&[4], &[8], 3);
        assert!(refused(selu.clone().alpha_dropout(1.0)).starts_with("recipe: alpha_dropout"));
        assert!(refused(selu.clone().batch_normalization(true)).contains("use default_dnn"));
        assert!(selu.fit(0).is_err_and(|e| e.to_string().starts_with("recipe: epochs")));
        let mut model = selu.build(&Device::Cpu, Seed(0)).expect("sound");
        assert!(selu.compile(&mut model, 0).is_err_and(|e| e.to_string().starts_with("recipe: total_steps")));
        assert!(selu.adapt(&Rows::floats(3, vec![0.0; 6])).is_err());
    }
}
