//! The rows there are to be, and what cannot be found by their names.

use wgrad::nn::layer::*;
use wgrad::nn::regularizer::ActivityRegularization;

/// What kind of thing a row is, which says where it is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Activation,
    Layer,
    Initializer,
    Optimizer,
    /// An option of every optimizer.
    Option,
    Schedule,
    Regularizer,
    Constraint,
    Loss,
    Metric,
}

/// A heading and its rows.
pub struct Group {
    pub title: &'static str,
    pub kind: Kind,
    /// The family of goldens.
    pub golden: &'static str,
    pub names: &'static str,
}

pub const GROUPS: &[Group] = &[
    Group {
        title: "Initializers",
        kind: Kind::Initializer,
        golden: "initializers",
        names: "zeros ones constant random_normal random_uniform truncated_normal orthogonal identity glorot_normal \
                glorot_uniform he_normal he_uniform lecun_normal lecun_uniform variance_scaling fixup",
    },
    Group {
        title: "Activations",
        kind: Kind::Activation,
        golden: "activations",
        names: "linear relu relu6 leaky_relu elu selu celu gelu silu swish mish softplus softsign sigmoid hard_sigmoid tanh \
                exponential softmax log_softmax",
    },
    Group {
        title: "Layers",
        kind: Kind::Layer,
        golden: "layers",
        names: "dense activation embedding flatten reshape permute identity rescaling normalization prelu rrelu \
                batch_normalization layer_normalization group_normalization rms_normalization dropout alpha_dropout \
                gaussian_dropout gaussian_noise spatial_dropout_2d activity_regularization mc_dropout mc_alpha_dropout add \
                subtract multiply average maximum minimum concatenate dot",
    },
    Group {
        title: "Optimizers",
        kind: Kind::Optimizer,
        golden: "optimizers",
        names: "sgd adagrad adadelta rmsprop adam adamw adamax nadam lion lamb ftrl adafactor",
    },
    Group {
        title: "Options of every optimizer",
        kind: Kind::Option,
        golden: "optimizers",
        names: "clipvalue clipnorm global_clipnorm weight_decay exclude_from_weight_decay use_ema ema_overwrite_frequency \
                gradient_accumulation_steps",
    },
    Group {
        title: "Learning-rate schedules",
        kind: Kind::Schedule,
        golden: "schedules",
        names: "constant power inverse_time_decay exponential_decay piecewise_constant_decay polynomial_decay cosine_decay \
                cosine_decay_restarts one_cycle one_cycle_lr learning_rate_scheduler range_test",
    },
    Group {
        title: "Learning rate by what an epoch came to",
        kind: Kind::Schedule,
        golden: "callbacks",
        names: "reduce_lr_on_plateau",
    },
    Group {
        title: "Regularizers",
        kind: Kind::Regularizer,
        golden: "regularizers",
        names: "l1 l2 l1_l2 orthogonal_regularizer",
    },
    Group {
        title: "Constraints",
        kind: Kind::Constraint,
        golden: "constraints",
        names: "max_norm min_max_norm non_neg unit_norm",
    },
    Group {
        title: "Losses",
        kind: Kind::Loss,
        golden: "losses",
        names: "mean_squared_error mean_absolute_error mean_absolute_percentage_error mean_squared_logarithmic_error huber \
                log_cosh binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy kl_divergence poisson \
                hinge squared_hinge categorical_hinge cosine_similarity contrastive triplet sample_weight class_weight",
    },
    Group {
        title: "Metrics",
        kind: Kind::Metric,
        golden: "metrics",
        names: "accuracy binary_accuracy categorical_accuracy sparse_categorical_accuracy top_k_categorical_accuracy \
                sparse_top_k_categorical_accuracy mean_absolute_error mean_squared_error root_mean_squared_error auc \
                precision recall f1_score cosine_similarity r2_score mean sum",
    },
];

/// What acts between epochs and not by a word of the schedules.
pub const BETWEEN_EPOCHS: &[&str] = &["learning_rate_scheduler", "reduce_lr_on_plateau", "range_test"];

/// Rows of the losses that every loss takes.
pub const WEIGHTS: &[&str] = &["sample_weight", "class_weight"];

/// Stages and recordings that are no kernel of the table.
pub const STAGES: &[&str] = &["stage", "every loss", "product"];

/// Kernels of rows that have none of their own name; nothing where only a shape changes.
pub const MADE_OF: &[(&str, &str)] = &[
    ("linear", ""),
    ("swish", "stage"),
    ("flatten", ""),
    ("reshape", ""),
    ("identity", ""),
    ("activation", "stage"),
    ("layer_normalization", "normalize_forward"),
    ("group_normalization", "normalize_forward"),
    ("rms_normalization", "normalize_forward"),
    ("dropout", "stage"),
    ("alpha_dropout", "stage"),
    ("gaussian_dropout", "stage"),
    ("gaussian_noise", "stage"),
    ("spatial_dropout_2d", "stage"),
    ("mc_dropout", "stage"),
    ("mc_alpha_dropout", "stage"),
    ("activity_regularization", "activity_sums"),
    ("add", "stage"),
    ("subtract", "merge"),
    ("multiply", "merge"),
    ("average", "stage"),
    ("maximum", "merge"),
    ("minimum", "merge"),
    ("rescaling", "stage"),
    ("accuracy", "every loss"),
    ("root_mean_squared_error", "mean_squared_error"),
    ("auc", "confusion"),
    ("precision", "confusion"),
    ("recall", "confusion"),
    ("adamw", "adam"),
    ("clipvalue", "sgd"),
    ("clipnorm", "clip_scale"),
    ("global_clipnorm", "clip_scale"),
    ("weight_decay", "sgd"),
    ("exclude_from_weight_decay", "sgd"),
    ("use_ema", "variable_average"),
    ("ema_overwrite_frequency", "copy"),
    ("gradient_accumulation_steps", "gradient_accumulation"),
    ("l1", "penalty"),
    ("l2", "penalty"),
    ("l1_l2", "penalty"),
    ("orthogonal_regularizer", "orthogonal_grad"),
    ("max_norm", "hold_norm"),
    ("min_max_norm", "hold_norm"),
    ("unit_norm", "hold_norm"),
    ("sample_weight", "every loss"),
    ("class_weight", "every loss"),
];

/// Tests that judge what Keras has no case of: name, file, and a word that must stand there.
pub const WITNESSES: &[(&str, &str, &str)] = &[
    ("fixup", "tests/statistics/initializers.rs", "Fixup"),
    ("constant", "tests/training/schedules.rs", "constant"),
    ("power", "tests/training/schedules.rs", "Power"),
    ("one_cycle", "tests/training/schedules.rs", "OneCycle"),
    ("learning_rate_scheduler", "src/nn/schedule/epochs.rs", "LearningRateScheduler"),
    ("range_test", "src/nn/schedule/range_test.rs", "#[test]"),
    ("mc_dropout", "tests/gpu_walkers.rs", "McDropout"),
    ("mc_alpha_dropout", "tests/walkers/gradients_noise.rs", "McAlphaDropout"),
];

/// The name goldens have it under.
pub fn alias(name: &str) -> &str {
    match name {
        "swish" => "silu",
        other => other,
    }
}

/// A value an option of the optimizers takes.
pub fn value_of(option: &str) -> &'static str {
    match option {
        "use_ema" => "true",
        "exclude_from_weight_decay" => "bias",
        _ => "2",
    }
}

/// A layer of each kind, shapes of its inputs, and whether it has a gradient to check.
pub type Sample = (&'static str, Box<dyn Layer>, Vec<Vec<usize>>, bool);

pub fn samples() -> Vec<Sample> {
    let one = |shape: &[usize]| vec![shape.to_vec()];
    let two = || vec![vec![4, 3], vec![4, 3]];
    type Made = (Box<dyn Layer>, Vec<Vec<usize>>, bool);
    let all: Vec<Made> = vec![
        (Box::new(Dense::new(3)), one(&[4, 5]), true),
        (Box::new(wgrad::nn::act::Activation::ELU), one(&[4, 5]), true),
        (Box::new(Embedding::new(2, 3)), one(&[4, 2]), false),
        (Box::new(Flatten), one(&[3, 2, 2]), true),
        (Box::new(Reshape::new(&[2, -1])), one(&[3, 4]), true),
        (Box::new(Permute::new(&[2, 1])), one(&[3, 2, 4]), true),
        (Box::new(Identity), one(&[3, 4]), true),
        (Box::new(Rescaling::new(0.5)), one(&[3, 4]), true),
        (Box::new(Normalization::new()), one(&[3, 4]), true),
        (Box::new(Prelu::new()), one(&[3, 4]), true),
        (Box::new(Rrelu::new()), one(&[3, 4]), true),
        (Box::new(BatchNormalization::new()), one(&[5, 4]), true),
        (Box::new(LayerNormalization::new()), one(&[5, 4]), true),
        (Box::new(GroupNormalization::new(2)), one(&[5, 4]), true),
        (Box::new(RmsNormalization::new()), one(&[5, 4]), true),
        (Box::new(Dropout::new(0.25)), one(&[5, 4]), true),
        (Box::new(AlphaDropout::new(0.25)), one(&[5, 4]), true),
        (Box::new(GaussianDropout::new(0.25)), one(&[5, 4]), true),
        (Box::new(GaussianNoise::new(0.25)), one(&[5, 4]), true),
        (Box::new(SpatialDropout2D::new(0.25)), one(&[3, 2, 2, 4]), true),
        (Box::new(ActivityRegularization::new(0.1, 0.2)), one(&[5, 4]), false),
        (Box::new(McDropout::new(0.25)), one(&[5, 4]), true),
        (Box::new(McAlphaDropout::new(0.25)), one(&[5, 4]), true),
        (Box::new(Add), two(), true),
        (Box::new(Subtract), two(), true),
        (Box::new(Multiply), two(), true),
        (Box::new(Average), two(), true),
        (Box::new(Maximum), two(), true),
        (Box::new(Minimum), two(), true),
        (Box::new(Concatenate::new()), two(), true),
        (Box::new(Dot::new([1, 1])), two(), true),
    ];
    all.into_iter().map(|(layer, shapes, has)| (layer.kind(), layer, shapes, has)).collect()
}
