//! Who is told of a run (`[ops]`): a monitor by its address, programs by their name. Telling them is `cli`'s and `fetch`'s
//! business. It is no part of the profile: it says nothing of a site.

use url::Url;

use crate::model::is_web;

use super::{Problem, reader::Section};

/// Who is told of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpsConfig {
    /// The address of a monitor: it is asked with `/start` after it when a run begins, and with the exit code when it ends.
    pub ping: Option<Url>,
    /// Programs that are run after a run.
    pub hooks: Vec<Hook>,
}

/// A program that is run after some runs, with their summary on its standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// What has to have happened.
    pub on: Vec<HookEvent>,
    /// The program and its arguments; no shell looks at them.
    pub run: Vec<String>,
}

/// What happened in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum HookEvent {
    /// It ended with 0.
    Success,
    /// It ended with any other exit code, except that of drift.
    Failure,
    /// Fields that are normally there were missing.
    Drift,
    /// Pages could not be kept, or the site refused some.
    Gap,
}

pub(super) fn read(section: &Section) -> Result<OpsConfig, Problem> {
    let ping = section.text("ping")?;
    let ping = Some(ping).filter(|it| !it.is_empty()).map(|it| Url::parse(&it)).transpose();
    let ping = ping
        .ok()
        .filter(|it| it.as_ref().is_none_or(is_web))
        .ok_or_else(|| section.wrong("ping", "empty, or a web address"))?;
    let read = |hook: Section| {
        let on: Option<Vec<HookEvent>> = hook.words("on")?.iter().map(|it| it.parse().ok()).collect();
        let on = on.filter(|it| !it.is_empty());
        let on = on.ok_or_else(|| {
            hook.wrong("on", "some of \"success\", \"failure\", \"drift\" and \"gap\"")
        })?;
        let run = hook.words("run")?;
        if run.first().is_none_or(String::is_empty) {
            return Err(hook.wrong("run", "a program and its arguments, `[\"notify\", \"--now\"]`"));
        }
        hook.finish()?;
        Ok(Hook { on, run })
    };
    let hooks = section.sections("hooks")?.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(OpsConfig { ping, hooks })
}
