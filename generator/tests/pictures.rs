//! Resized images through whole builds: their names, sizes and content, and how they are kept.

#[cfg(test)]
mod resized {
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;

    use groundswell::emit::keep_images;
    use groundswell::engine::{BuildReport, Engine};
    use groundswell::outputs::{Artifact, OutputPath};
    use groundswell::settings::Overrides;
    use image::codecs::jpeg::JpegEncoder;
    use image::{GenericImageView, ImageEncoder, Rgb, RgbImage};
    use tempfile::TempDir;

    /// 40 by 20 pixels, red on the left and blue on the right.
    fn picture() -> RgbImage {
        RgbImage::from_fn(40, 20, |x, _| {
            Rgb(if x < 20 { [255, 0, 0] } else { [0, 0, 255] })
        })
    }

    fn site(template: &str) -> TempDir {
        let site = tempfile::tempdir().expect("a folder");
        let root = site.path();
        for folder in ["templates", "static", "content"] {
            fs::create_dir_all(root.join(folder)).expect("made");
        }
        let config = "base_url = \"https://e.com/x/\"\n";
        fs::write(root.join("config.toml"), config).expect("written");
        fs::write(root.join("templates/index.html"), template).expect("written");
        for name in [
            "a.png", "a.gif", "a.webp", "a.bmp", "a.tiff", "a.tga", "a.qoi", "a.ppm",
        ] {
            picture()
                .save(root.join("static").join(name))
                .expect("saved");
        }
        turned(&root.join("static/turned.jpg"));
        site
    }

    /// A JPEG whose metadata says: turn by a quarter to the right.
    fn turned(path: &Path) {
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
        let tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        encoder.set_exif_metadata(tiff.to_vec()).expect("taken");
        encoder.encode_image(&picture()).expect("encoded");
        fs::write(path, bytes).expect("written");
    }

    fn build(site: &TempDir) -> BuildReport {
        let report = Engine::new(site.path(), None, Overrides::default()).build();
        assert!(!report.has_errors(), "{:#?}", report.diagnostics);
        report
    }

    fn page(report: &BuildReport) -> String {
        let path = OutputPath::new("index.html").expect("sound");
        let bytes = report.artifacts.get(&path).and_then(|a| a.bytes());
        String::from_utf8(bytes.expect("made").to_vec()).expect("text")
    }

    #[test]
    fn names_and_sizes_are_zolas() {
        let site = site(
            "{% set i = resize_image(path=\"a.png\", op=\"scale\", width=10, height=5) %}{{ i.url }} \
             {% set i = resize_image(path=\"static/a.png\", op=\"fit_height\", height=7, format=\"jpg\") %}\
             {{ i.static_path }} {{ i.width }} {{ i.height }} {{ i.orig_width }}",
        );
        let report = build(&site);
        assert_eq!(
            page(&report).replace("&#x2F;", "/"),
            "https://e.com/x/processed_images/a.2778aef8101e68d3.png \
             static/processed_images/a.71d38c7fdf7b5a6e.jpg 14 7 40"
        );
        let names: Vec<&str> = report.images.keys().map(OutputPath::as_str).collect();
        assert_eq!(
            names,
            [
                "processed_images/a.2778aef8101e68d3.png",
                "processed_images/a.71d38c7fdf7b5a6e.jpg",
            ]
        );
    }

    #[test]
    fn a_turned_photograph_stands_upright() {
        let site = site(
            "{% set m = get_image_metadata(path=\"turned.jpg\") %}{{ m.width }}x{{ m.height }}\
             {% set i = resize_image(path=\"turned.jpg\", op=\"fit_width\", width=20, format=\"png\") %}",
        );
        let report = build(&site);
        assert_eq!(page(&report), "20x40");
        let image = report.images.values().next().expect("one");
        let image = image::load_from_memory(image.artifact.bytes().expect("made"));
        let image = image.expect("a PNG");
        assert_eq!(image.dimensions(), (20, 40));
        assert!(image.get_pixel(10, 3).0[0] > 200, "red on top");
        assert!(image.get_pixel(10, 36).0[2] > 200, "blue below");
    }

    #[test]
    fn metadata_of_every_format() {
        let site = site(
            "{% for e in [\"png\", \"gif\", \"webp\", \"bmp\", \"tiff\", \"tga\", \"qoi\", \"ppm\"] %}\
             {% set m = get_image_metadata(path=\"a.\" ~ e) %}\
             {{ m.width }} {{ m.height }} {{ m.format }} {{ m.mime }}\n{% endfor %}",
        );
        assert_eq!(
            page(&build(&site)).replace("&#x2F;", "/"),
            "40 20 png image/png\n40 20 gif image/gif\n40 20 webp image/webp\n40 20 bmp image/bmp\n\
             40 20 tiff image/tiff\n40 20 tga image/x-targa\n40 20 qoi image/x-qoi\n\
             40 20 pbm image/x-portable-anymap\n"
        );
    }

    #[test]
    fn an_image_is_made_once_and_again_when_its_original_changed() {
        let site = site("{% set i = resize_image(path=\"a.png\", width=8, height=8) %}{{ i.url }}");
        let first = build(&site);
        keep_images(site.path(), &first.images).expect("kept");
        let copy = |report: &BuildReport| match report.images.values().next() {
            Some(image) => matches!(image.artifact, Artifact::Copy { .. }),
            None => panic!("no image"),
        };
        assert!(!copy(&first));
        assert!(copy(&build(&site)), "taken from the cache");
        let other = RgbImage::from_pixel(40, 20, Rgb([0, 255, 0]));
        other.save(site.path().join("static/a.png")).expect("saved");
        let third = build(&site);
        assert!(!copy(&third), "the original is another");
        keep_images(site.path(), &third.images).expect("kept");
        let kept = fs::read_dir(site.path().join(".groundswell/images")).expect("a folder");
        let pictures = kept
            .filter_map(Result::ok)
            .filter(|entry| entry.path().extension().is_some_and(|e| e == "png"));
        assert_eq!(pictures.count(), 1, "the stale one is gone");
        assert!(!site.path().join("static/processed_images").exists());
    }

    #[test]
    fn a_picture_is_resized_once_and_then_kept() {
        let site =
            site("{% set i = resize_image(path=\"a.png\", width=2, height=2) %}{{ i.url | safe }}");
        let kept = Engine::new(site.path(), None, Overrides::default());
        let (first, second) = (kept.build(), kept.build());
        let picture = |report: &BuildReport| {
            assert!(!report.has_errors(), "{:#?}", report.diagnostics);
            let (path, image) = report.images.iter().next().expect("an image");
            assert_eq!(page(report).trim(), format!("https://e.com/x/{path}"));
            assert_eq!(report.artifacts.get(path), Some(&image.artifact));
            image.artifact.clone()
        };
        match (picture(&first), picture(&second)) {
            (Artifact::Made(one), Artifact::Made(other)) => assert!(Arc::ptr_eq(&one, &other)),
            other => panic!("{other:?}"),
        }
        keep_images(site.path(), &first.images).expect("kept");
        assert!(matches!(picture(&build(&site)), Artifact::Copy { .. }));
    }

    #[test]
    fn a_picture_without_an_extension_is_kept_in_the_one_folder() {
        let site = site("{% set i = resize_image(path=\"photos/face\", width=2, height=2) %}");
        let photos = site.path().join("static/photos");
        fs::create_dir_all(&photos).expect("made");
        fs::copy(site.path().join("static/a.png"), photos.join("face")).expect("copied");
        let report = build(&site);
        let names: Vec<String> = report.images.keys().map(ToString::to_string).collect();
        assert_eq!(names.len(), 1, "{names:?}");
        assert!(
            names
                .iter()
                .all(|name| name.starts_with("processed_images/face.")),
            "{names:?}"
        );
        keep_images(site.path(), &report.images).expect("kept");
    }

    #[test]
    fn a_picture_larger_than_any_machine_is_refused_where_it_is_asked_for() {
        let site =
            site("\n{% set i = resize_image(path=\"a.png\", width=100000, height=100000) %}");
        let report = Engine::new(site.path(), None, Overrides::default()).build();
        let errors = report.diagnostics.iter().filter(|fault| fault.is_error());
        let errors: Vec<String> = errors.map(ToString::to_string).collect();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(
            errors
                .iter()
                .all(|error| error.contains("index.html:2")
                    && error.contains("100000 by 100000 pixels")),
            "{errors:?}"
        );
    }
}
