/** The part of WebAssembly's interface used here. Node has it; TypeScript declares it only for browsers. */
declare namespace WebAssembly {
  type Module = object;
  type Instance = object;
  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: object): Promise<Instance>;
}
