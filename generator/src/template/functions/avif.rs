//! The size of an AVIF image, from the boxes at its head: decoding it is not needed for that.

/// Width and height in pixels; none where this is no AVIF image.
pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut top = boxes(bytes);
    let (_, brands) = top.next().filter(|(kind, _)| kind == b"ftyp")?;
    if !brands
        .chunks(4)
        .any(|brand| matches!(brand, b"avif" | b"avis"))
    {
        return None;
    }
    let (_, meta) = top.find(|(kind, _)| kind == b"meta")?;
    // `meta` begins with its version and flags.
    let properties = inner(meta.get(4..)?, b"iprp")?;
    let container = inner(properties, b"ipco")?;
    // A picture in tiles has a size for each tile too: the whole is the largest.
    boxes(container)
        .filter(|(kind, _)| kind == b"ispe")
        .filter_map(|(_, size)| Some((number(size.get(4..)?)?, number(size.get(8..)?)?)))
        .max_by_key(|(width, height)| u64::from(*width) * u64::from(*height))
}

fn inner<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    boxes(bytes)
        .find(|(kind, _)| kind == wanted)
        .map(|(_, content)| content)
}

/// The boxes in a stretch of bytes: kind and content.
fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let size = usize::try_from(number(bytes)?).ok()?;
        let kind: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
        // 0: to the end. Sizes of 64 bits (1) occur only where pixels are.
        let size = if size == 0 { bytes.len() } else { size };
        let content = bytes.get(8..size.min(bytes.len()))?;
        bytes = bytes.get(size..).unwrap_or_default();
        Some((kind, content))
    })
}

fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::size;

    fn boxed(kind: &str, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len() + 8).expect("short");
        [&length.to_be_bytes()[..], kind.as_bytes(), content].concat()
    }

    #[test]
    fn the_largest_size_is_the_pictures() {
        let ispe = |w: u32, h: u32| {
            let sides = [[0; 4], w.to_be_bytes(), h.to_be_bytes()].concat();
            boxed("ispe", &sides)
        };
        let ipco = boxed(
            "ipco",
            &[ispe(16, 16), boxed("pixi", b"xxxx"), ispe(40, 20)].concat(),
        );
        let meta = [&[0; 4][..], &boxed("hdlr", b""), &boxed("iprp", &ipco)].concat();
        let file = [boxed("ftyp", b"avif\0\0\0\0mif1"), boxed("meta", &meta)].concat();
        assert_eq!(size(&file), Some((40, 20)));
        assert_eq!(size(&file[..40]), None);
        assert_eq!(size(b"\0\0\0\x01"), None);
        assert_eq!(size(b"no image at all"), None);
    }
}
