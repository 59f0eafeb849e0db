//! Reading: nodes become layers, one after the other. Nothing a file says is trusted.

use super::names::Names;
use super::op;
pub(super) use super::operator::Op;
use super::operator::{is_onnx, what};
use super::proto::{GraphProto, NodeProto, ValueInfoProto};
use super::tensor::{self, Constant};
pub(super) use super::value::{Numbers, Place, Value};
use crate::base::{Error, Result};
use crate::nn::layer::{Identity, Layer};
use crate::plan::MOST_NUMBERS;
use crate::train::{Connect, Graph, IntoLayer, SharedLayer, Tensor};
use std::collections::HashMap;
use std::rc::Rc;

/// Most inputs and outputs.
pub(super) const MOST_ENDS: usize = 256;
/// Most axes of a tensor, the batch left out.
pub(super) const MOST_AXES: usize = 32;
/// Numbers variables may have beyond what the file's length speaks for.
const SLACK: usize = 1 << 16;

/// Layers, and the values of the variables of each.
pub(super) type Values = Vec<(SharedLayer, Vec<Vec<f64>>)>;

/// A file that is being read.
pub(super) struct Reader<'a> {
    graph: &'a GraphProto,
    /// The version of the operators.
    pub opset: i64,
    /// The size of the batch, where the file fixes it.
    pub batch: Option<i64>,
    values: HashMap<&'a str, Value>,
    /// The node that makes each value, and those that take it.
    makers: HashMap<&'a str, usize>,
    users: HashMap<&'a str, Vec<usize>>,
    /// What nodes that were read with an earlier one give.
    ready: HashMap<usize, Value>,
    /// Layers with variables by what they were made of: a second use of the same is the same layer.
    layers: HashMap<String, SharedLayer>,
    names: Names,
    loaded: Values,
    /// Numbers that variables may still have.
    left: usize,
}

impl<'a> Reader<'a> {
    /// Reads a graph of a file of `length` bytes.
    pub fn new(graph: &'a GraphProto, opset: i64, length: usize) -> Self {
        let (mut makers, mut users) = (HashMap::new(), HashMap::<&str, Vec<usize>>::new());
        for (index, node) in graph.node.iter().enumerate() {
            makers.extend(node.output.iter().map(|name| (name.as_str(), index)));
            node.input.iter().for_each(|name| users.entry(name).or_default().push(index));
        }
        // An output of the model is used by somebody else.
        let outputs = graph.output.iter().filter_map(|o| o.name.as_deref());
        outputs.for_each(|name| users.entry(name).or_default().push(usize::MAX));
        Self {
            graph,
            opset,
            batch: None,
            values: HashMap::new(),
            makers,
            users,
            ready: HashMap::new(),
            layers: HashMap::new(),
            names: Names::default(),
            loaded: Vec::new(),
            // A number takes two bytes or more in the file, but one number may stand for a bias, and γ for 1.
            left: length.saturating_add(SLACK),
        }
    }

    /// The node that makes a value.
    pub fn maker(&self, name: &str) -> Option<&'a NodeProto> {
        self.makers.get(name).and_then(|index| self.graph.node.get(*index))
    }

    /// The node that uses the output of `op`, where it is the only one and of this operator.
    pub fn sole_user(&self, op: &Op<'_>, operator: &str) -> Option<(usize, &'a NodeProto)> {
        self.only_user(op.output()).filter(|(_, node)| node.op_type.as_deref() == Some(operator))
    }

    /// The node that uses a value, where it is the only one.
    pub fn only_user(&self, name: &str) -> Option<(usize, &'a NodeProto)> {
        let [index] = *self.users.get(name)?.as_slice() else { return None };
        let node = self.graph.node.get(index)?;
        is_onnx(node).then_some((index, node))
    }

    /// What a node's first output is called.
    pub fn output_of(&self, index: usize) -> Option<&'a str> {
        self.graph.node.get(index)?.output.first().map(String::as_str)
    }

    /// States that a later node was read, and what it gives.
    pub fn merge(&mut self, index: usize, value: Value) {
        self.ready.insert(index, value);
    }

    /// What a name stands for.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Input `i` of a node.
    pub fn input(&self, op: &Op<'_>, i: usize) -> Result<&Value> {
        let name = op.input(i).ok_or_else(|| {
            op.wrong(format!("{} inputs at least", i + 1), op.node.input.len(), "give a file that onnx.checker passes")
        })?;
        self.values.get(name).ok_or_else(|| {
            let help = "nodes stand behind those they depend on: give a file that onnx.checker passes";
            op.wrong("inputs of the model, initializers or first outputs of earlier nodes", format!("`{name}`"), help)
        })
    }

    /// Input `i` of a node, a tensor of any numbers.
    pub fn place(&self, op: &Op<'_>, i: usize) -> Result<Place> {
        match self.input(op, i)? {
            Value::Tensor(place) => Ok(place.clone()),
            _ => {
                Err(op.wrong(format!("input {i} to depend on the model's inputs"), "a constant", "leave this node out"))
            }
        }
    }

    /// Input `i` of a node, a tensor of floating-point numbers.
    pub fn tensor(&self, op: &Op<'_>, i: usize) -> Result<Place> {
        let place = self.place(op, i)?;
        if place.numbers == Numbers::Float {
            return Ok(place);
        }
        Err(op.wrong("floating-point numbers", "integers", "only Gather, as an embedding, takes integers"))
    }

    /// Input `i` of a node, a constant.
    pub fn constant(&self, op: &Op<'_>, i: usize) -> Result<Rc<Constant>> {
        match self.input(op, i)? {
            Value::Constant(constant) => Ok(constant.clone()),
            _ => Err(op.wrong(
                format!("input {i} to be a constant"),
                "one that depends on the model's inputs",
                "fold constants when the model is exported: what is not known beforehand is no layer's weight",
            )),
        }
    }

    /// Input `i` of a node, a constant or left out.
    pub fn optional(&self, op: &Op<'_>, i: usize) -> Result<Option<Rc<Constant>>> {
        op.input(i).map(|_| self.constant(op, i)).transpose()
    }

    /// The constant of a name.
    pub fn constant_of(&self, name: &str) -> Option<Rc<Constant>> {
        match self.values.get(name) {
            Some(Value::Constant(constant)) => Some(constant.clone()),
            _ => None,
        }
    }

    /// A tensor of samples of `shape`.
    pub fn made(&self, op: &Op<'_>, tensor: Tensor, shape: Vec<usize>, numbers: Numbers) -> Result<Place> {
        let size = shape.iter().try_fold(1_usize, |all, n| all.checked_mul(*n));
        if shape.contains(&0) || shape.len() > MOST_AXES || size.is_none_or(|n| n > MOST_NUMBERS) {
            let expected = format!("samples of 1 to {MOST_NUMBERS} numbers and at most {MOST_AXES} axes");
            return Err(op.wrong(expected, format!("shape {shape:?}"), "choose smaller layers"));
        }
        Ok(Place { tensor, shape, numbers, given: false })
    }

    /// A layer without variables, applied.
    pub fn apply(&self, op: &Op<'_>, layer: impl Layer + 'static, xs: &[&Place], shape: Vec<usize>) -> Result<Place> {
        let tensors: Vec<Tensor> = xs.iter().map(|x| x.tensor.clone()).collect();
        // Flattened or turned around, indices are indices.
        let numbers = xs.first().map_or(Numbers::Float, |x| x.numbers);
        self.made(op, layer.into_layer().on(tensors), shape, numbers)
    }

    /// A layer with variables, applied to x: a new one, or the one made of the same before. `make` gives the layer and the
    /// values of its variables.
    pub fn weighted<L: Layer + 'static>(
        &mut self,
        op: &Op<'_>,
        made_of: &impl std::fmt::Debug,
        x: &Place,
        shape: Vec<usize>,
        make: impl FnOnce() -> (L, Vec<Vec<f64>>),
    ) -> Result<Place> {
        let key = format!("{} {made_of:?}", op.name());
        if !self.layers.contains_key(&key) {
            let (layer, values) = make();
            self.spend(op, values.iter().map(Vec::len).sum())?;
            let layer = layer.named(&self.names.layer(op.node));
            self.loaded.push((layer.clone(), values));
            self.layers.insert(key.clone(), layer);
        }
        self.known(op, &key, x, shape)
    }

    /// A layer with `numbers` numbers of the file as options, applied to x: as [`Reader::weighted`].
    pub fn fixed<L: Layer + 'static>(
        &mut self,
        op: &Op<'_>,
        made_of: &impl std::fmt::Debug,
        x: &Place,
        numbers: usize,
        make: impl FnOnce() -> L,
    ) -> Result<Place> {
        let key = format!("{} {made_of:?}", op.name());
        if !self.layers.contains_key(&key) {
            self.spend(op, numbers)?;
            self.layers.insert(key.clone(), make().into_layer());
        }
        self.known(op, &key, x, x.shape.clone())
    }

    fn known(&self, op: &Op<'_>, key: &str, x: &Place, shape: Vec<usize>) -> Result<Place> {
        let layer = self.layers.get(key).ok_or_else(|| op.wrong("a layer", "none", "give another file"))?;
        self.made(op, layer.on(&x.tensor), shape, Numbers::Float)
    }

    /// Counts numbers that are copied out of the file: one tensor in a thousand layers is a thousand tensors.
    fn spend(&mut self, op: &Op<'_>, numbers: usize) -> Result<()> {
        self.left = self.left.checked_sub(numbers).ok_or_else(|| {
            let help = "give a model that has layers in common where it repeats weights";
            op.wrong("no more weights than the file has room for", format!("{numbers} further numbers"), help)
        })?;
        Ok(())
    }

    fn define(&mut self, what: &str, name: &'a str, value: Value) -> Result<()> {
        if self.values.insert(name, value).is_none() {
            return Ok(());
        }
        let help = "give a file that onnx.checker passes";
        Err(Error::request(what, "names that are given once", format!("`{name}` a second time"), help))
    }

    fn initializers(&mut self) -> Result<()> {
        if !self.graph.sparse_initializer.is_empty() {
            let help = "save the model with dense ones";
            return Err(Error::request("ONNX file", "dense initializers", "a sparse one", help));
        }
        for initializer in &self.graph.initializer {
            let name = initializer.name.as_deref().unwrap_or_default();
            let what = format!("ONNX initializer `{name}`");
            let constant = tensor::read(&what, initializer)?;
            self.define(&what, name, Value::Constant(Rc::new(constant)))?;
        }
        Ok(())
    }

    fn inputs(&mut self) -> Result<Vec<Tensor>> {
        let mut inputs = Vec::new();
        let mut taken = Names::default();
        crate::train::TAKEN.iter().for_each(|name| drop(taken.fresh(name)));
        for info in &self.graph.input {
            let name = info.name.as_deref().unwrap_or_default();
            // Old files list initializers among the inputs.
            if matches!(self.values.get(name), Some(Value::Constant(_))) {
                continue;
            }
            let (what, input) = super::input::read(info)?;
            if let (Some(a), Some(b)) = (self.batch, input.batch)
                && a != b
            {
                let expected = format!("samples along the first axis of every input, {a} as before");
                return Err(Error::request(what, expected, b, "export the model with a symbolic batch axis"));
            }
            self.batch = self.batch.or(input.batch);
            if inputs.len() == MOST_ENDS {
                let help = "give a smaller model";
                return Err(Error::request("ONNX file", format!("at most {MOST_ENDS} inputs"), "more", help));
            }
            let tensor = Tensor::named_input(&taken.plain(name), &input.shape);
            inputs.push(tensor.clone());
            let place = Place { tensor, shape: input.shape, numbers: input.numbers, given: true };
            self.define(&what, name, Value::Tensor(place))?;
        }
        Ok(inputs)
    }

    fn nodes(&mut self) -> Result<()> {
        // Constants first: a bias may stand behind the product it is added to.
        let (constants, others): (Vec<usize>, Vec<usize>) = (0..self.graph.node.len())
            .partition(|i| self.graph.node.get(*i).is_some_and(|n| n.op_type.as_deref() == Some("Constant")));
        for index in constants.into_iter().chain(others) {
            let Some(node) = self.graph.node.get(index) else { continue };
            let value = match self.ready.remove(&index) {
                Some(value) => value,
                None => self.node(index, node)?,
            };
            if let Some(name) = node.output.first().filter(|name| !name.is_empty()) {
                self.define(&what(index, node), name, value)?;
            }
        }
        Ok(())
    }

    fn node(&mut self, index: usize, node: &'a NodeProto) -> Result<Value> {
        let mut op = Op::of(index, node);
        if !is_onnx(node) {
            let got = format!("`{}`", node.domain.as_deref().unwrap_or_default());
            let help = "export the model with ONNX's own operators";
            return Err(op.wrong("operators of ONNX's own domain", got, help));
        }
        let reads = op::reader(&op.what, op.name())?;
        let deferred = node.input.iter().find_map(|name| match self.values.get(name.as_str()) {
            Some(Value::Deferred(first)) => Some(*first),
            _ => None,
        });
        if let Some(first) = deferred {
            let found = reads.find.map_or(Ok(None), |find| find(self, &mut op))?;
            return Ok(found.unwrap_or(Value::Deferred(first)));
        }
        let value = (reads.read)(self, &mut op)?;
        if !matches!(value, Value::Deferred(_)) {
            op.attributes.finish()?;
        }
        Ok(value)
    }

    fn outputs(&self) -> Result<Vec<Tensor>> {
        let output = |info: &'a ValueInfoProto| {
            let name = info.name.as_deref().unwrap_or_default();
            let what = format!("ONNX output `{name}`");
            let wrong = |got: &str| {
                let help = "give a file that onnx.checker passes, and leave such outputs out";
                Err(Error::request(&what, "a value that depends on the model's inputs", got, help))
            };
            match self.values.get(name) {
                Some(Value::Tensor(place)) => {
                    Ok(if place.given { Identity.on(&place.tensor) } else { place.tensor.clone() })
                }
                Some(Value::Deferred(index)) => Err(self.stray(*index)),
                Some(Value::Constant(_)) => wrong("a constant"),
                None => wrong("a name no node gives"),
            }
        };
        self.graph.output.iter().map(output).collect()
    }

    /// The refusal of an operator that is read only within a larger whole.
    fn stray(&self, index: usize) -> Error {
        let what = self.graph.node.get(index).map_or_else(|| "ONNX node".to_owned(), |node| what(index, node));
        let expected = "an operator that is a layer, or part of a root-mean-square normalisation or of a cosine";
        let help = "leave this part out of the file and build it with layers";
        Error::request(what, expected, "one that is neither", help)
    }

    /// Reads all of it: the layers, and the values of their variables.
    pub fn run(mut self) -> Result<(Graph, Values)> {
        self.initializers()?;
        let inputs = self.inputs()?;
        self.nodes()?;
        let outputs = self.outputs()?;
        Ok((Graph::new(inputs, outputs)?, self.loaded))
    }
}
