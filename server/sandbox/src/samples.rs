//! Small valid files made in code, so that demonstrations need no downloads: a picture, a voice note, a document.

use crate::remux::page;

const WIDTH: usize = 320;
const HEIGHT: usize = 220;

/// A ready-made file that the phone can send.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) mime: &'static str,
    pub(crate) filename: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// All ready-made files.
pub(crate) fn all() -> Vec<Sample> {
    vec![
        Sample { name: "photo", mime: "image/png", filename: "front-door.png", bytes: house([214, 92, 72]) },
        Sample { name: "photo2", mime: "image/png", filename: "garden-side.png", bytes: house([86, 128, 176]) },
        Sample { name: "voice", mime: "audio/ogg; codecs=opus", filename: "voice.ogg", bytes: silent_voice_note(3) },
        Sample { name: "document", mime: "application/pdf", filename: "proof-of-address.pdf", bytes: letter() },
    ]
}

/// Paints a house under a sky: enough to be recognised as a photo of a home.
fn house(wall: [u8; 3]) -> Vec<u8> {
    let mut raw = Vec::with_capacity(HEIGHT * (WIDTH * 3 + 1));
    for y in 0..HEIGHT {
        raw.push(0);
        for x in 0..WIDTH {
            raw.extend_from_slice(&pixel(x, y, wall));
        }
    }
    png(&raw)
}

fn pixel(x: usize, y: usize, wall: [u8; 3]) -> [u8; 3] {
    let in_box =
        |left: usize, top: usize, right: usize, bottom: usize| (left..right).contains(&x) && (top..bottom).contains(&y);
    let roof = (50..100).contains(&y) && x.abs_diff(WIDTH / 2) < (y - 50) * 2 + 8;
    if in_box(146, 140, 174, 186) {
        [92, 58, 40]
    } else if in_box(90, 118, 124, 146) || in_box(196, 118, 230, 146) {
        [250, 226, 150]
    } else if roof {
        [84, 60, 62]
    } else if in_box(70, 100, 250, 186) {
        wall
    } else if y >= 186 {
        [104, 150, 88]
    } else {
        let shade = u8::try_from(y / 3).unwrap_or(0);
        [150_u8.saturating_add(shade), 196_u8.saturating_add(shade / 2), 232]
    }
}

fn png(raw: &[u8]) -> Vec<u8> {
    let mut file = vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
    let mut head = Vec::new();
    head.extend_from_slice(&u32::try_from(WIDTH).unwrap_or(0).to_be_bytes());
    head.extend_from_slice(&u32::try_from(HEIGHT).unwrap_or(0).to_be_bytes());
    head.extend_from_slice(&[8, 2, 0, 0, 0]);
    chunk(&mut file, *b"IHDR", &head);
    chunk(&mut file, *b"IDAT", &stored_zlib(raw));
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    file.extend_from_slice(&u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
    let mut body = kind.to_vec();
    body.extend_from_slice(data);
    file.extend_from_slice(&body);
    file.extend_from_slice(&crc32(&body).to_be_bytes());
}

/// Deflate without compression: every reader accepts it and it needs no library.
fn stored_zlib(raw: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = raw.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(blocks.peek().is_none()));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    let (a, b) = raw.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    out.extend_from_slice(&((b << 16) | a).to_be_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// OGG with OPUS, mono: the only form in which voice notes arrive (section 5.3). Silence, because speech would need a codec.
fn silent_voice_note(seconds: u32) -> Vec<u8> {
    let mut file = Vec::new();
    page(&mut file, 2, 0, 0, b"OpusHead\x01\x01\x00\x00\x80\xbb\x00\x00\x00\x00\x00");
    page(&mut file, 0, 0, 1, b"OpusTags\x07\x00\x00\x00sandbox\x00\x00\x00\x00");
    let packets = seconds * 50;
    for number in 1..=packets {
        let flags = if number == packets { 4 } else { 0 };
        // The shortest packet for 20 ms of silence.
        page(&mut file, flags, u64::from(number) * 960, number + 1, &[0xf8, 0xff, 0xfe]);
    }
    file
}

fn letter() -> Vec<u8> {
    let text = "BT /F1 20 Tf 60 760 Td (Proof of address) Tj 0 -36 Td /F1 12 Tf (12 Elm Street, Flat 3) Tj ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let start = file.len();
    file.push_str(&format!("xref\n0 6\n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    file.into_bytes()
}
