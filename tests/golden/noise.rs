//! Layers that draw, against Keras's formulas with a given draw: the noise and its parameters that the layer records are
//! applied to that draw instead of the engine's.

use crate::read::{Case, family, near};
use crate::run;
use wgrad::kernel::map::Mapped;
use wgrad::kernel::{Draw, Noise, Stage};
use wgrad::nn::layer::{AlphaDropout, Dropout, GaussianDropout, GaussianNoise, Layer, Rrelu, SpatialDropout2D};
use wgrad::plan::Program;

fn layer(case: &Case) -> Option<Box<dyn Layer>> {
    let mut c = case.config();
    let mut rate = || c.take("rate").expect("a rate").number();
    let layer: Box<dyn Layer> = match case.name.as_str() {
        "dropout" => Box::new(Dropout::new(rate())),
        "alpha_dropout" => Box::new(AlphaDropout::new(rate())),
        "gaussian_dropout" => Box::new(GaussianDropout::new(rate())),
        "spatial_dropout_2d" => Box::new(SpatialDropout2D::new(rate())),
        "gaussian_noise" => Box::new(GaussianNoise::new(c.take("stddev").expect("a deviation").number())),
        _ => return None,
    };
    c.done();
    Some(layer)
}

/// The noises a program applies, in order.
fn noises(recorded: &run::Recorded) -> Vec<(&'static Noise, Draw)> {
    use wgrad::exec::Executor;
    let stages = recorded.executor.plan().program(Program::Train).iter().flat_map(|d| &d.stages);
    let noise = |s: &Stage| if let Stage::Noise(noise, draw) = s { Some((*noise, *draw)) } else { None };
    stages.filter_map(|(s, _)| noise(s)).collect()
}

#[test]
fn noise_is_kerass() {
    let mut seen = 0;
    for case in &family("layers") {
        let Some(layer) = layer(case) else { continue };
        let inputs = case.get("inputs").arrays();
        let recorded = run::record(&*layer, &inputs).unwrap_or_else(|e| panic!("{}: {e}", case.place));
        let found = noises(&recorded);
        let drawn = case.find("mask").or_else(|| case.find("z"));
        match drawn {
            // Inference, or a rate of 0: nothing happens.
            None => {
                let mut recorded = recorded;
                let (key, program) = match case.find("y") {
                    Some(_) => ("y", Program::Train),
                    None => ("y_inference", Program::Evaluate),
                };
                case.compare(key, &recorded.run(program).expect("a run").data);
            }
            Some(node) => {
                let (draw, dy) = (node.array(), case.get("dy").array());
                // A mask of one number a sample and channel is repeated over rows and columns.
                let (n, channels) = (inputs[0].data.len(), *draw.shape.last().expect("axes"));
                let a_sample = n / draw.shape[0];
                let of = |i: usize| if draw.data.len() == n { i } else { i / a_sample * channels + i % channels };
                let random: Vec<f64> = (0..n).map(|i| draw.data[of(i)]).collect();
                if let Some(rate) = case.get("config").find("rate").filter(|_| case.find("mask").is_some()) {
                    let below = f64::from(found[0].1.below) / 4_294_967_296.0;
                    assert!((below - rate.number()).abs() < 1e-9, "{}: {below} is dropped", case.place);
                }
                let apply = |(noise, draw): (&Noise, Draw), numbers: &[f64]| {
                    let mut numbers = numbers.to_vec();
                    f64::apply_noise(noise, &mut numbers, &random, &draw.p);
                    numbers
                };
                case.compare("y", &apply(found[0], &inputs[0].data));
                let dx = found.get(1).map_or_else(|| dy.data.clone(), |noise| apply(*noise, &dy.data));
                near(&case.place, &dx, &case.get("dx").arrays()[0].data, case.bound());
            }
        }
        seen += 1;
    }
    assert!(seen > 20, "{seen} cases");
}

#[test]
fn rrelu_is_the_papers() {
    let cases = family("layers");
    let mut seen = 0;
    for case in cases.iter().filter(|c| c.name == "rrelu") {
        let mut c = case.config();
        let layer = Rrelu::new().slopes(c.number("lower", 0.125), c.number("upper", 1.0 / 3.0));
        c.done();
        let (inputs, dy) = (case.get("inputs").arrays(), case.get("dy").array());
        let run = |layer: &Rrelu| run::record(layer, &inputs).expect("a layer").step(&dy).expect("a run");
        case.compare("y_inference", &run(&layer).y_inference.data);
        // Each number with the slope it drew: a layer whose slopes are all that one.
        let slopes = case.get("slopes").array().data;
        let (mut y, mut dx) = (Vec::new(), Vec::new());
        for (i, slope) in slopes.iter().enumerate() {
            let run = run(&Rrelu::new().slopes(*slope, *slope));
            y.push(run.y.data[i]);
            dx.push(run.dx[0][i]);
        }
        case.compare("y", &y);
        near(&case.place, &dx, &case.get("dx").arrays()[0].data, case.bound());
        seen += 1;
    }
    assert!(seen > 0, "no case");
}
