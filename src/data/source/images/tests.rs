//! Folders of images, whole and broken.

use crate::data::source::{Resize, SourceOptions, Task, open};
use crate::data::{Loaded, Samples};
use image::{GrayImage, Luma, Rgb, RgbImage};
use std::path::{Path, PathBuf};

/// A folder of a test's own; gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wgrad-images-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    /// An image of `height` × `width` pixels, all of them `value`.
    fn grey(&self, name: &str, height: u32, width: u32, value: u8) {
        GrayImage::from_pixel(width, height, Luma([value])).save(self.path(name)).unwrap();
    }

    fn colour(&self, name: &str, value: [u8; 3]) {
        RgbImage::from_pixel(2, 2, Rgb(value)).save(self.path(name)).unwrap();
    }

    fn open(&self, change: impl Fn(&mut SourceOptions)) -> crate::base::Result<Loaded> {
        let mut options = SourceOptions { source: self.0.display().to_string(), ..SourceOptions::default() };
        change(&mut options);
        open(&options, 1)
    }

    fn fails(&self, change: impl Fn(&mut SourceOptions), words: &[&str]) {
        let error = self.open(change).unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "{error} says nothing of `{word}`");
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn row(samples: &Samples, at: usize) -> (Vec<f64>, Option<f64>) {
    let mut x = vec![0.0; samples.inputs[0].width];
    samples.inputs[0].gather(at, &mut x);
    let mut y = [0.0];
    samples.labels.iter().for_each(|rows| rows.gather(at, &mut y));
    (x, samples.labels.first().map(|_| y[0]))
}

#[test]
fn a_folder_a_class() {
    let folder = Folder::new("classes");
    folder.grey("cat/1.png", 2, 3, 0);
    folder.grey("cat/2.png", 2, 3, 255);
    folder.grey("dog/1.png", 2, 3, 51);
    std::fs::write(folder.path("dog/notes.txt"), "x").unwrap();
    let data = folder.open(|_| {}).unwrap();
    assert_eq!(data.classes().unwrap(), ["cat", "dog"]);
    assert_eq!(data.input_shapes, [vec![2, 3, 1]]);
    let (x, y) = row(&data.train, 2);
    assert!(x.iter().all(|v| (v - 0.2).abs() < 1e-6), "{x:?}");
    assert_eq!(y, Some(1.0));
    assert!(data.notes.iter().any(|note| note.contains("1 entries") && note.contains("notes.txt")), "{:?}", data.notes);
    let data = folder.open(|o| o.classes = vec!["dog".into()]).unwrap();
    assert_eq!((data.train.len(), row(&data.train, 0).1), (1, Some(0.0)));
}

#[test]
fn parts_are_folders_and_colours_are_kept() {
    let folder = Folder::new("parts");
    folder.colour("train/a/1.png", [255, 0, 51]);
    folder.grey("train/b/1.png", 2, 2, 255);
    folder.colour("val/b/1.png", [0, 0, 0]);
    folder.colour("test/b/1.png", [0, 0, 0]);
    let data = folder.open(|_| {}).unwrap();
    assert_eq!(data.input_shapes, [vec![2, 2, 3]]);
    assert_eq!(row(&data.train, 0).0[..2], [1.0, 0.0]);
    assert_eq!(row(&data.validation.unwrap(), 0).1, Some(1.0));
    assert_eq!(data.test.unwrap().len(), 1);
    let grey = folder.open(|o| o.channels = Some(1)).unwrap();
    assert_eq!(grey.input_shapes, [vec![2, 2, 1]]);
    folder.colour("test/c/1.png", [0, 0, 0]);
    folder.fails(|_| {}, &["test/c", "class `c`, expected one of a, b"]);
}

#[test]
fn images_are_brought_to_one_size() {
    let folder = Folder::new("sizes");
    folder.grey("a/1.png", 4, 4, 255);
    folder.grey("a/2.png", 4, 8, 255);
    folder.fails(|_| {}, &["2.png", "4 × 8 pixels", "1.png has 4 × 4", "image_size = [4, 4]"]);
    let of = |resize| {
        folder.open(|o| (o.image_size, o.resize) = (vec![4], resize)).map(|data| row(&data.train, 1).0).unwrap()
    };
    assert_eq!(of(Resize::Stretch), [1.0; 16]);
    assert_eq!(of(Resize::Crop), [1.0; 16]);
    let padded = of(Resize::Pad);
    assert_eq!(padded[..4], [0.0; 4]);
    assert_eq!(padded[4..12], [1.0; 8]);
    folder.fails(|o| o.image_size = vec![0], &["image_size", "1 to 16384"]);
    folder.fails(|o| o.image_size = vec![1, 2, 3], &["height and width"]);
    folder.fails(|o| (o.image_size, o.channels) = (vec![4], Some(2)), &["channels", "1, 3 or 4"]);
}

#[test]
fn folders_without_images_are_told() {
    let folder = Folder::new("empty");
    folder.fails(|_| {}, &["expected a folder of images for each class, got an empty folder"]);
    folder.grey("1.png", 2, 2, 0);
    folder.fails(|_| {}, &["1 images in no class"]);
    assert_eq!(folder.open(|o| o.task = Task::Reconstruction).unwrap().train.len(), 1);
    folder.grey("a/1.png", 2, 2, 0);
    std::fs::create_dir_all(folder.0.join("b")).unwrap();
    folder.fails(|_| {}, &["/b: expected images, got an empty folder"]);
    folder.fails(|o| o.classes = vec!["aa".into()], &["did you mean `a`?"]);
}

#[test]
fn damaged_images_are_named() {
    let folder = Folder::new("damaged");
    folder.grey("a/1.png", 2, 2, 0);
    let whole = std::fs::read(folder.path("a/1.png")).unwrap();
    std::fs::write(folder.path("a/2.png"), &whole[..whole.len() - 20]).unwrap();
    folder.fails(|_| {}, &["2.png: no whole image"]);
    std::fs::write(folder.path("a/2.png"), b"text").unwrap();
    folder.fails(|_| {}, &["2.png: no whole image"]);
    // A header of 2³¹ × 2³¹ pixels.
    let mut bomb = whole.clone();
    bomb[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    std::fs::write(folder.path("a/2.png"), bomb).unwrap();
    folder.fails(|_| {}, &["2.png: no whole image"]);
    assert!(Path::new(&folder.0).is_dir());
}
