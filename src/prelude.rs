//! What programs that train models use: `use wgrad::prelude::*;`.

pub use crate::base::{Error, Result, Rows, Seed};
pub use crate::data::{Array, Dataset, Samples, datasets};
pub use crate::formats::{BackupAndRestore, Checkpoints, ModelCheckpoint, SaveFreq};
pub use crate::nn::act::Activation;
pub use crate::nn::constraint::{Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm};
pub use crate::nn::init::{
    Constant, GlorotNormal, GlorotUniform, HeNormal, HeUniform, Initializer, LecunNormal, LecunUniform, Ones,
    Orthogonal, RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling, Zeros,
};
pub use crate::nn::layer::*;
pub use crate::nn::loss::{
    BinaryCrossentropy, BinaryFocalCrossentropy, CategoricalCrossentropy, CategoricalFocalCrossentropy,
    CategoricalHinge, Contrastive, Hinge, Huber, KlDivergence, LogCosh, Loss, MeanAbsoluteError,
    MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError, Poisson, SparseCategoricalCrossentropy,
    SquaredHinge, Triplet,
};
pub use crate::nn::metric::{Accuracy, Auc, F1Score, Metric, Precision, R2Score, Recall, RootMeanSquaredError};
pub use crate::nn::optim::{
    Adadelta, Adafactor, Adagrad, Adam, AdamW, Adamax, Ftrl, Lamb, Lion, Nadam, Optimizer, RmsProp, Sgd,
};
pub use crate::nn::regularizer::{ActivityRegularization, L1, L1L2, L2, OrthogonalRegularizer, Regularizer};
pub use crate::nn::schedule::{
    CosineDecay, CosineDecayRestarts, ExponentialDecay, LearningRateScheduler, Mode, OneCycle, OneCycleLr,
    PiecewiseConstantDecay, PolynomialDecay, Power, RangeTest, ReduceLrOnPlateau, Schedule,
};
pub use crate::report::{CsvLogger, InsightLog, TensorBoard};
pub use crate::train::callback::{
    Callback, EarlyStopping, Every, LambdaCallback, ProgressBar, Run, SwapEmaWeights, TerminateOnNan,
};
pub use crate::train::{
    Compile, Connect, Device, Fit, Graph, History, IntoLayer, Logs, Model, MonteCarlo, Sequential, SharedLayer,
    StopHandle, Tensor, Variable, presets,
};
