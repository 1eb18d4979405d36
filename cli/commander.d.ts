// Libraries that know of Commander are given the typed one, which is the same program.
declare module "commander" {
  export * from "@commander-js/extra-typings";
}
