import { DataPanel } from './panels/data-panel.js'
import { SettingsPanel } from './panels/settings-panel.js'
import { Results } from './results.js'

/** The page: rows and options on one side, what a fit makes of them on the other. */
const results = new Results({
  onProgress: (treesGrown, nTrees) => settings.progress(treesGrown, nTrees),
  onStatus: (status, failed) => settings.done(status, failed),
})
const data = new DataPanel((table) => {
  results.take(table)
  settings.enable()
})
const settings = new SettingsPanel(
  (chosen) => void results.fit(data.chosen(), data.gapChoice(), chosen),
  (contamination) => void results.moveThreshold(contamination),
)
