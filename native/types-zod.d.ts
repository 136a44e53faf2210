/**
 * Of zod's types so much as the package's own declarations need, so that whoever calls Heddle needs no zod: a schema is what it
 * gives and what it takes. `native/types.mjs` puts it in zod's place; a test holds both to the same types.
 */
export interface ZodType<Output = unknown, Input = unknown, _Internals = unknown> {
  readonly _output: Output;
  readonly _input: Input;
  readonly _zod: { readonly output: Output; readonly input: Input };
}
type Any = ZodType;
export type output<T> = T extends { readonly _output: infer O } ? O : never;
export type input<T> = T extends { readonly _input: infer I } ? I : never;
export type { output as infer };

export interface ZodNumber extends ZodType<number, number> {}
export interface ZodInt extends ZodType<number, number> {}
export interface ZodString extends ZodType<string, string> {}
export interface ZodBoolean extends ZodType<boolean, boolean> {}
export interface ZodUnknown extends ZodType<unknown, unknown> {}
export interface ZodNull extends ZodType<null, null> {}
export interface ZodLiteral<T> extends ZodType<T, T> {}
export interface ZodEnum<E> extends ZodType<E[keyof E], E[keyof E]> {}
export interface ZodArray<T> extends ZodType<output<T>[], input<T>[]> {}
export interface ZodNullable<T> extends ZodType<output<T> | null, input<T> | null> {}
export interface ZodOptional<T> extends ZodType<output<T> | undefined, input<T> | undefined> {
  readonly _out: "optional";
  readonly _in: "optional";
}
export interface ZodDefault<T> extends ZodType<Exclude<output<T>, undefined>, input<T> | undefined> {
  readonly _in: "optional";
}
export interface ZodPrefault<T> extends ZodType<output<T>, input<T> | undefined> {
  readonly _in: "optional";
}
export interface ZodUnion<T extends readonly unknown[]> extends ZodType<output<T[number]>, input<T[number]>> {}
export interface ZodDiscriminatedUnion<T extends readonly unknown[], _Key = string>
  extends ZodType<output<T[number]>, input<T[number]>> {}
export interface ZodRecord<K, V>
  extends ZodType<Record<output<K> & PropertyKey, output<V>>, Record<input<K> & PropertyKey, input<V>>> {}
export interface ZodTuple<T extends readonly unknown[], _Rest = null>
  extends ZodType<Outputs<T>, Inputs<T>> {}
type Outputs<T extends readonly unknown[]> = { -readonly [K in keyof T]: output<T[K]> };
type Inputs<T extends readonly unknown[]> = { -readonly [K in keyof T]: input<T[K]> };

type Flat<T> = { [K in keyof T]: T[K] };
type OptionalOut<S> = { [K in keyof S]: S[K] extends { readonly _out: "optional" } ? K : never }[keyof S];
type OptionalIn<S> = { [K in keyof S]: S[K] extends { readonly _in: "optional" } ? K : never }[keyof S];
type ObjectOut<S> = Flat<
  { -readonly [K in Exclude<keyof S, OptionalOut<S>>]: output<S[K]> } & { -readonly [K in OptionalOut<S>]?: output<S[K]> }
>;
type ObjectIn<S> = Flat<
  { -readonly [K in Exclude<keyof S, OptionalIn<S>>]: input<S[K]> } & { -readonly [K in OptionalIn<S>]?: input<S[K]> }
>;
export interface ZodObject<Shape = Readonly<Record<string, Any>>, Config = core.$strip>
  extends ZodType<ObjectOut<Shape> & More<Config>, ObjectIn<Shape> & More<Config>> {
  readonly shape: Shape;
}
type More<Config> = Config extends { readonly more: infer M } ? M : unknown;

export declare namespace core {
  interface $strict {}
  interface $strip {}
  interface $loose {
    readonly more: Readonly<Record<never, unknown>> & { [key: string]: unknown };
  }
  type $ZodLooseShape = Readonly<Record<string, Any>>;
  interface $ZodTypeInternals<Output = unknown, Input = unknown> {
    readonly output: Output;
    readonly input: Input;
  }
}
export * as z from "./zod.js";
