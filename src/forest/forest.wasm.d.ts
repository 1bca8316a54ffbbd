/**
 * What an import of the .wasm itself gives where the host compiles it, as edge workers do: pass it as the option
 * `wasm`. Elsewhere ask for its address: `import.meta.resolve('codeflow-sentinel/forest.wasm')`.
 */
declare const forestModule: WebAssembly.Module
// biome-ignore lint/style/noDefaultExport: it is what such an import gives
export default forestModule
