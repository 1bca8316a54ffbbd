/** The plain build, forest.wasm, gzip in Base64; written by `scripts/build-browser-module.mjs`. */
export declare const plainBuild: string
