const systemFonts = 'system-ui, sans-serif'
const typography = {
  fontFamily: systemFonts,
  headings: { fontFamily: systemFonts },
  code: { fontFamily: 'ui-monospace, monospace' },
}

/** ReDoc's own colours are those of a light page. */
const DARK = {
  colors: {
    primary: { main: '#7cb7ff' },
    success: { main: '#5ec98a' },
    warning: { main: '#e0b356' },
    error: { main: '#ff8a80' },
    gray: { 50: '#24292c', 100: '#2b3135' },
    text: { primary: '#e4e6e6', secondary: '#b7bcbf' },
    border: { dark: '#4a5358', light: '#353c40' },
    responses: {
      success: { color: '#5ec98a', backgroundColor: '#1f2c26' },
      error: { color: '#ff8a80', backgroundColor: '#332526' },
      redirect: { color: '#e0b356', backgroundColor: '#2f2a20' },
      info: { color: '#7cb7ff', backgroundColor: '#212a33' },
    },
  },
  schema: {
    linesColor: '#56738f',
    nestedBackground: '#22272a',
    typeNameColor: '#b7bcbf',
    typeTitleColor: '#9fb2c4',
    requireLabelColor: '#ff8a80',
    arrow: { color: '#b7bcbf' },
  },
  sidebar: { backgroundColor: '#171b1d', textColor: '#e4e6e6', arrow: { color: '#b7bcbf' } },
  rightPanel: { backgroundColor: '#14181a', textColor: '#f0f1f1' },
  codeBlock: { backgroundColor: '#0d1011' },
  typography: {
    code: { color: '#f0a8a0', backgroundColor: '#2b3135' },
    links: { color: '#7cb7ff', visited: '#7cb7ff', hover: '#a9d0ff' },
  },
}

const dark = matchMedia('(prefers-color-scheme: dark)')

function show() {
  const theme = dark.matches
    ? {
        ...DARK,
        typography: {
          ...typography,
          ...DARK.typography,
          code: { ...typography.code, ...DARK.typography.code },
        },
      }
    : { typography }
  // A page that was drawn is not drawn over: a fresh element takes its place.
  const place = document.createElement('div')
  place.id = 'redoc'
  document.querySelector('#redoc').replaceWith(place)
  window.Redoc.init('openapi.json', { theme }, place)
}

show()
dark.addEventListener('change', show)
