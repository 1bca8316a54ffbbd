/**
 * What importing the .wasm file gives on hosts that compile it, such as edge workers: pass it as the option `wasm`.
 * On other hosts ask for its address: `import.meta.resolve('codeflow-sentinel/forest.wasm')`.
 */
declare const forestModule: WebAssembly.Module
// biome-ignore lint/style/noDefaultExport: it is what such an import gives
export default forestModule
