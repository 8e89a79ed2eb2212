use image::{Rgba, RgbaImage};

use super::*;

/// Left half red, right half blue; twice as wide as high.
fn halves(side: u32) -> RgbaImage {
    RgbaImage::from_fn(side * 2, side, |x, _| if x < side { Rgba([255, 0, 0, 255]) } else { Rgba([0, 0, 255, 255]) })
}

fn jpeg(picture: &RgbaImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let opaque = DynamicImage::ImageRgba8(picture.clone()).to_rgb8();
    JpegEncoder::new_with_quality(&mut bytes, 95).encode_image(&opaque).unwrap();
    bytes
}

fn written(picture: &RgbaImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// One entry of a little-endian EXIF directory.
fn entry(tag: u16, kind: u16, count: u32, value: u32) -> Vec<u8> {
    [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
}

/// A JPEG that says how the camera was held, and where.
pub fn with_exif(jpeg: &[u8], orientation: u32) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(entry(0x0112, 3, 1, orientation));
    // Where the directory of the place begins: after this one.
    tiff.extend(entry(0x8825, 4, 1, 38));
    tiff.extend([0; 4]);
    tiff.extend(1_u16.to_le_bytes());
    tiff.extend(entry(0x0012, 2, 11, 56));
    tiff.extend([0; 4]);
    tiff.extend(b"SECRETPLACE");
    let mut file = jpeg[..2].to_vec();
    file.extend([0xff, 0xe1]);
    file.extend(u16::try_from(tiff.len() + 8).unwrap().to_be_bytes());
    file.extend(b"Exif\0\0");
    file.extend(&tiff);
    file.extend(&jpeg[2..]);
    file
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn kept(file: &[u8], size: PictureSize) -> RgbImage {
    let files = draw(file).unwrap().files;
    let bytes = &files.iter().find(|(kept, _)| *kept == size).unwrap().1;
    image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap().to_rgb8()
}

fn is(picture: &RgbImage, x: u32, y: u32, [red, green, blue]: [u8; 3]) -> bool {
    let Rgb(found) = *picture.get_pixel(x, y);
    found.iter().zip([red, green, blue]).all(|(found, wanted)| found.abs_diff(wanted) < 40)
}

#[test]
fn nothing_of_a_photograph_but_the_picture_is_kept() {
    let photograph = with_exif(&jpeg(&halves(200)), 1);
    assert!(holds(&photograph, b"SECRETPLACE") && holds(&photograph, b"Exif"), "the test's own photograph has a place");
    for (size, bytes) in draw(&photograph).unwrap().files {
        assert!(!holds(&bytes, b"SECRETPLACE") && !holds(&bytes, b"Exif"), "{size:?}");
    }
}

#[test]
fn every_format_becomes_squares_of_both_sizes() {
    for file in [
        jpeg(&halves(200)),
        written(&halves(200), ImageFormat::Png),
        written(&halves(200), ImageFormat::WebP),
        written(&halves(3), ImageFormat::Png),
    ] {
        for size in PictureSize::ALL {
            let picture = kept(&file, size);
            let side = size.pixels();
            assert_eq!(picture.dimensions(), (side, side));
            // The middle of it.
            assert!(is(&picture, side / 8, side / 2, [255, 0, 0]) && is(&picture, side * 7 / 8, side / 2, [0, 0, 255]));
        }
    }
}

#[test]
fn a_picture_stands_as_the_camera_was_held() {
    // Six: turn it a quarter to the right to see it upright, so what is left in the file is up.
    let picture = kept(&with_exif(&jpeg(&halves(200)), 6), PictureSize::Large);
    assert!(is(&picture, 128, 30, [255, 0, 0]) && is(&picture, 128, 226, [0, 0, 255]));
    let plain = kept(&with_exif(&jpeg(&halves(200)), 1), PictureSize::Large);
    assert!(is(&plain, 30, 128, [255, 0, 0]) && is(&plain, 226, 128, [0, 0, 255]));
}

#[test]
fn what_can_be_seen_through_stands_on_white() {
    let clear = RgbaImage::from_pixel(50, 50, Rgba([0, 0, 0, 0]));
    assert!(is(&kept(&written(&clear, ImageFormat::Png), PictureSize::Small), 32, 32, [255, 255, 255]));
}

fn refused(file: &[u8]) -> String {
    match draw(file) {
        Err(Fault::Plain(Error::Invalid(fields))) => fields.get("picture").unwrap().to_owned(),
        other => panic!("{other:?}"),
    }
}

/// A PNG whose header promises more than anybody has memory for.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut file = written(&halves(2), ImageFormat::Png);
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    let checked = crc(&file[12..29]);
    file[29..33].copy_from_slice(&checked.to_be_bytes());
    file
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[test]
fn what_would_unfold_to_more_than_fits_is_refused_in_words() {
    for (width, height) in [(50_000, 50_000), (2_000_000_000, 1), (5_001, 5_000)] {
        let words = refused(&bomb(width, height));
        assert!(words.contains("too large") || words.contains("cannot be read"), "{width}×{height}: {words}");
    }
    assert!(refused(&bomb(5_001, 5_000)).contains("too large"));
    assert_eq!(draw(&bomb(4, 2)).unwrap().files.len(), 2, "the header itself is right");
}

#[test]
fn what_is_no_picture_is_refused_in_words() {
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;";
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    for file in [&b""[..], b"hello", gif, svg, &jpeg(&halves(50))[..60]] {
        assert!(refused(file).contains("PNG, JPEG or WebP"));
    }
}
