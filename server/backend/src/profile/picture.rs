//! Pictures of people: decoded and drawn anew, so that nothing of the file but the picture stays. Neither where a
//! photograph was taken (EXIF) nor anything that a reader of pictures could stumble over reaches a colleague's browser.

use std::io::Cursor;

use bytes::Bytes;
use domain::members::Person;
use domain::ports::{Download, PictureSize};
use domain::{AccountId, Error};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::audit::{self, Act, Action};
use crate::fault::{Fault, Outcome};
use crate::{Core, ids, jobs};

/// Pictures decoded at once: each may take [`MEMORY`].
static DECODING: Semaphore = Semaphore::const_new(2);
const BYTES: usize = 5 * 1024 * 1024;
/// Small files can unfold to pictures that take all memory: this is asked of the header, before anything is unfolded.
const PIXELS: u64 = 25_000_000;
const MEMORY: u64 = 160 * 1024 * 1024;
const QUALITY: u8 = 85;
const MIME: &str = "image/jpeg";

pub(super) async fn set(core: &Core, person: &Person, file: Vec<u8>) -> Outcome<()> {
    if file.len() > BYTES {
        return Err(too_large().into());
    }
    let turn = DECODING.acquire().await.map_err(|_| Fault::internal("decoding is closed"))?;
    // The turn is the drawing's: it goes on when whoever asked for it has hung up.
    let drawn = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        draw(&file)
    })
    .await;
    let drawn = drawn.map_err(|_| Fault::internal("drawing a picture"))??;
    for (size, bytes) in &drawn.files {
        core.files.put(&key(person.account, &drawn.hash, *size), bytes.clone()).await?;
    }
    let replaced = replace(core, person, Some(&drawn.hash)).await;
    if replaced.is_err() {
        for key in keys(person.account, &drawn.hash) {
            // Nothing leads to it; what is wrong was told above.
            let _ = core.files.delete(&key).await;
        }
    }
    replaced
}

pub(super) async fn remove(core: &Core, person: &Person) -> Outcome<()> {
    replace(core, person, None).await
}

/// Writes down which picture is theirs, here and in each of their workspaces. The former one's files go.
async fn replace(core: &Core, person: &Person, hash: Option<&str>) -> Outcome<()> {
    let mut tx = core.db.personal(person.account).await?;
    let former =
        sqlx::query_scalar!("select avatar_key from account where id = $1 for no key update", person.account.0)
            .fetch_one(&mut **tx)
            .await?;
    sqlx::query!("update account set avatar_key = $2 where id = $1", person.account.0, hash).execute(&mut **tx).await?;
    sqlx::query!("select spread_profile($1)", person.account.0).execute(&mut **tx).await?;
    let gone = former.as_deref().map(|former| keys(person.account, former)).unwrap_or_default();
    jobs::delete_files(&mut tx, gone).await?;
    if hash.is_some() || former.is_some() {
        let action = if hash.is_some() { Action::PictureSet } else { Action::PictureRemoved };
        audit::write_everywhere(core, &mut tx, Act::own(action).by(person)).await?;
    }
    tx.commit().await
}

/// One's own, or a colleague's of the workspace that one stands in.
pub(super) async fn read(core: &Core, person: &Person, hash: &str, size: PictureSize) -> Outcome<Download> {
    let owner = match own(core, person, hash).await? {
        Some(owner) => owner,
        None => colleague(core, person, hash).await?.ok_or(Error::NotFound)?,
    };
    let bytes = core.files.get(&key(owner, hash, size)).await?.to_vec();
    Ok(Download { mime: MIME.to_owned(), file_name: None, genuine: true, bytes })
}

async fn own(core: &Core, person: &Person, hash: &str) -> Outcome<Option<AccountId>> {
    let mut tx = core.db.personal(person.account).await?;
    let own = sqlx::query_scalar!("select id from account where id = $1 and avatar_key = $2", person.account.0, hash)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(own.map(Into::into))
}

async fn colleague(core: &Core, person: &Person, hash: &str) -> Outcome<Option<AccountId>> {
    let Some(caller) = &person.caller else { return Ok(None) };
    let mut tx = core.db.scoped(caller.workspace).await?;
    let owner = sqlx::query_scalar!(
        "select account_id from member where workspace_id = $1 and avatar = $2 limit 1",
        tx.workspace.0,
        hash
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(owner.map(Into::into))
}

fn keys(account: AccountId, hash: &str) -> Vec<String> {
    PictureSize::ALL.into_iter().map(|size| key(account, hash, size)).collect()
}

fn key(account: AccountId, hash: &str, size: PictureSize) -> String {
    format!("people/{account}/{hash}-{}", size.pixels())
}

/// A picture as it is kept.
#[derive(Debug)]
struct Drawn {
    /// Of both sizes and of this one time: changes whenever what is shown does, so browsers may keep what they have, and is
    /// never given again, so that who clears the former picture's files away cannot meet who has just chosen it anew.
    hash: String,
    files: Vec<(PictureSize, Bytes)>,
}

fn draw(file: &[u8]) -> Outcome<Drawn> {
    let picture = decode(file)?;
    let mut files = Vec::new();
    for size in PictureSize::ALL {
        files.push((size, encode(&square(&picture, size.pixels()))?));
    }
    let once = Sha256::new_with_prefix(ids::fresh::<Uuid>());
    let hash = files.iter().fold(once, |hash, (_, bytes)| hash.chain_update(bytes)).finalize();
    Ok(Drawn { hash: hex::encode(hash.get(..16).unwrap_or_default()), files })
}

/// Turned as the camera was held. What it says of sizes is believed only to refuse.
fn decode(file: &[u8]) -> Outcome<DynamicImage> {
    let unreadable = |_| Error::invalid("picture", "This picture cannot be read. Choose a PNG, JPEG or WebP file.");
    let mut reader =
        ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|_| Fault::internal("memory"))?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
        return Err(Error::invalid("picture", "Choose a PNG, JPEG or WebP file.").into());
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS || decoder.total_bytes() > MEMORY {
        return Err(too_large().into());
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn too_large() -> Error {
    Error::invalid("picture", "This picture is too large. Choose one of at most 5 MB and 25 million pixels.")
}

/// The middle of a picture. What can be seen through stands on white.
fn square(picture: &DynamicImage, side: u32) -> RgbImage {
    let small = picture.resize_to_fill(side, side, FilterType::CatmullRom).to_rgba8();
    RgbImage::from_fn(side, side, |x, y| {
        let image::Rgba([red, green, blue, alpha]) = *small.get_pixel(x, y);
        let on_white = |part: u8| {
            let (part, alpha) = (u16::from(part), u16::from(alpha));
            u8::try_from((part * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        Rgb([on_white(red), on_white(green), on_white(blue)])
    })
}

fn encode(picture: &RgbImage) -> Outcome<Bytes> {
    let mut bytes = Vec::new();
    let encoded = JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(picture);
    encoded.map_err(|_| Fault::internal("encoding a picture"))?;
    Ok(bytes.into())
}

#[cfg(test)]
mod tests;
