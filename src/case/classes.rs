//! Data classes of the user's own: TOML files that lie in the case, so that whoever opens it next finds
//! what was found before.

use std::path::Path;
use std::sync::Arc;

use super::error::CaseError;
use super::store::{Case, replace};
use crate::classify::{ClassSet, custom};

const FOLDER: &str = "classes";

impl Case {
    /// All classes of the case: the built-in ones and those of its `classes` folder, by file name.
    pub fn classes(&self) -> Result<Arc<ClassSet>, CaseError> {
        let folder = self.folder().join(FOLDER);
        let mut files = Vec::new();
        match std::fs::read_dir(&folder) {
            Ok(entries) => files.extend(entries.flatten().map(|e| e.path())),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(CaseError::io(&folder)(e)),
        }
        files.retain(|p| p.extension().is_some_and(|e| e == "toml"));
        files.sort();
        let mut own = Vec::new();
        for path in files {
            let text = std::fs::read_to_string(&path).map_err(CaseError::io(&path))?;
            let classes =
                custom::parse(&text).map_err(|e| CaseError::Settings { path: path.clone(), problem: e.to_string() })?;
            own.extend(classes);
        }
        Ok(Arc::new(ClassSet::new(crate::classify::classes::ALL, own)))
    }

    /// Copies a file of classes into the case after a look whether it is one.
    pub fn add_classes(&self, path: &Path) -> Result<(), CaseError> {
        let text = std::fs::read_to_string(path).map_err(CaseError::io(path))?;
        custom::parse(&text).map_err(|e| CaseError::Settings { path: path.to_owned(), problem: e.to_string() })?;
        let folder = self.folder().join(FOLDER);
        std::fs::create_dir_all(&folder).map_err(CaseError::io(&folder))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        replace(&folder.join(format!("{name}.toml")), text.as_bytes())
    }
}
