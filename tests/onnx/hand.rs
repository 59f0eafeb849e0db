//! ONNX files made by hand, field by field: a second writer, which knows nothing of the first.

/// A message: fields one after the other.
#[derive(Clone, Default)]
pub struct Message(Vec<u8>);

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

impl Message {
    /// A field of bytes, text or a message.
    pub fn bytes(mut self, tag: u64, bytes: &[u8]) -> Self {
        self.0.extend(varint(tag << 3 | 2));
        self.0.extend(varint(bytes.len() as u64));
        self.0.extend(bytes);
        self
    }
    pub fn text(self, tag: u64, text: &str) -> Self {
        self.bytes(tag, text.as_bytes())
    }
    pub fn message(self, tag: u64, message: &Self) -> Self {
        self.bytes(tag, &message.0)
    }
    pub fn int(mut self, tag: u64, value: i64) -> Self {
        self.0.extend(varint(tag << 3));
        self.0.extend(varint(value as u64));
        self
    }
    pub fn float(mut self, tag: u64, value: f32) -> Self {
        self.0.extend(varint(tag << 3 | 5));
        self.0.extend(value.to_le_bytes());
        self
    }
    pub fn done(self) -> Vec<u8> {
        self.0
    }
}

/// An option of a node: a whole number.
pub fn int(name: &str, value: i64) -> Message {
    Message::default().text(1, name).int(3, value).int(20, 2)
}

/// A number.
pub fn float(name: &str, value: f32) -> Message {
    Message::default().text(1, name).float(2, value).int(20, 1)
}

/// A node with a name.
pub fn node(op: &str, inputs: &[&str], output: &str, attributes: &[Message]) -> Message {
    let named = inputs.iter().fold(Message::default(), |m, input| m.text(1, input));
    let named = named.text(2, output).text(3, &format!("the {op}")).text(4, op);
    attributes.iter().fold(named, |m, a| m.message(5, a))
}

/// Raw f32 numbers.
pub fn floats(name: &str, dims: &[i64], numbers: &[f32]) -> Message {
    let raw: Vec<u8> = numbers.iter().flat_map(|v| v.to_le_bytes()).collect();
    dims.iter().fold(Message::default(), |m, n| m.int(1, *n)).int(2, 1).text(8, name).bytes(9, &raw)
}

/// Raw int64 numbers.
pub fn integers(name: &str, numbers: &[i64]) -> Message {
    let raw: Vec<u8> = numbers.iter().flat_map(|v| v.to_le_bytes()).collect();
    Message::default().int(1, numbers.len() as i64).int(2, 7).text(8, name).bytes(9, &raw)
}

/// An input or output; a size of 0 is a name.
pub fn info(name: &str, kind: i64, dims: &[i64]) -> Message {
    let dim = |n: &i64| if *n == 0 { Message::default().text(2, "N") } else { Message::default().int(1, *n) };
    let shape = dims.iter().fold(Message::default(), |m, n| m.message(1, &dim(n)));
    let tensor = Message::default().int(1, kind).message(2, &shape);
    Message::default().text(1, name).message(2, &Message::default().message(1, &tensor))
}

/// What a file is made of.
#[derive(Clone)]
pub struct File {
    pub opset: i64,
    pub inputs: Vec<Message>,
    pub outputs: Vec<Message>,
    pub nodes: Vec<Message>,
    pub initializers: Vec<Message>,
    /// Further fields of the graph.
    pub more: Message,
}

impl File {
    /// From `x`, samples of shape `[N, dims…]`, to `y`.
    pub fn new(dims: &[i64]) -> Self {
        let inputs = vec![info("x", 1, &[&[0], dims].concat())];
        let (outputs, more) = (vec![Message::default().text(1, "y")], Message::default());
        Self { opset: 18, inputs, outputs, nodes: Vec::new(), initializers: Vec::new(), more }
    }
    pub fn node(mut self, op: &str, inputs: &[&str], output: &str, attributes: &[Message]) -> Self {
        self.nodes.push(node(op, inputs, output, attributes));
        self
    }
    pub fn initializer(mut self, initializer: Message) -> Self {
        self.initializers.push(initializer);
        self
    }
    pub fn opset(mut self, opset: i64) -> Self {
        self.opset = opset;
        self
    }
    pub fn bytes(&self) -> Vec<u8> {
        let put = |m: Message, tag: u64, all: &[Message]| all.iter().fold(m, |m, one| m.message(tag, one));
        let graph = put(self.more.clone(), 1, &self.nodes);
        let graph = put(graph, 5, &self.initializers);
        let graph = put(put(graph, 11, &self.inputs), 12, &self.outputs);
        let set = Message::default().text(1, "").int(2, self.opset);
        Message::default().int(1, 8).message(7, &graph).message(8, &set).done()
    }
}
