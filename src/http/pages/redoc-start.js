const systemFonts = 'system-ui, sans-serif'
window.Redoc.init(
  'openapi.json',
  {
    theme: {
      typography: {
        fontFamily: systemFonts,
        headings: { fontFamily: systemFonts },
        code: { fontFamily: 'ui-monospace, monospace' },
      },
    },
  },
  document.querySelector('#redoc'),
)
