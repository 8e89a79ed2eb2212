//! The table.

/// Rows of the table, in order.
#[derive(Default)]
pub struct Report {
    rows: Vec<[String; 4]>,
}

impl Report {
    /// One measured fact. `met` is false when the target was missed.
    pub fn row(&mut self, what: &str, measured: String, target: &str, met: bool) {
        let verdict = if met { "met" } else { "missed" };
        println!("{what}: {measured} (target {target}: {verdict})");
        self.rows.push([what.to_owned(), measured, target.to_owned(), verdict.to_owned()]);
    }

    /// A fact without a target.
    pub fn note(&mut self, what: &str, measured: String) {
        println!("{what}: {measured}");
        self.rows.push([what.to_owned(), measured, String::new(), String::new()]);
    }

    /// Writes the page after a whole run.
    pub fn write(&self, whole: bool) {
        if !whole {
            return;
        }
        let machine = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = machine
            .lines()
            .find(|line| line.starts_with("model name"))
            .and_then(|line| line.split(':').nth(1))
            .unwrap_or("unknown")
            .trim()
            .to_owned();
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let date = jiff::Timestamp::now().to_string();
        let mut text = format!(
            "# Benchmarks\n\nWritten by `cargo xtask bench` on {} ({cores} cores, {model}). Five rounds, baseline and subject interleaved; \
             ratios are median (lowest to highest). Absolute rates are this machine's on this day; load generator, Parley and PostgreSQL share its cores.\n\n\
             | what | measured | target | |\n|---|---|---|---|\n",
            &date[..10]
        );
        for row in &self.rows {
            text.push_str(&format!("| {} |\n", row.join(" | ")));
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/benchmarks.md");
        std::fs::write(path, text).unwrap();
        println!("written to docs/benchmarks.md");
    }
}

/// Median, lowest and highest.
pub fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[values.len() / 2], values[0], values[values.len() - 1])
}
