/** The subset of OpenAPI 3.1 that the server generates, for the API guide, the web client and the tests. */
export interface ApiDocument {
  readonly openapi: string;
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly summary: string;
    readonly description: string;
  };
  readonly tags: readonly Tag[];
  /** By path template and lower-case method. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

export interface Tag {
  readonly name: string;
  readonly description: string;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
  /** Empty: public. Otherwise one entry for each way to authenticate, with the required scopes. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

export interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required: boolean;
  readonly deprecated?: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description?: string; readonly schema: JsonSchema }>>;
  readonly content?: Content;
}

/** By media type. */
export type Content = Readonly<Record<string, { readonly schema: JsonSchema; readonly example?: unknown }>>;

/** The part of JSON Schema that TypeBox generates. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly default?: unknown;
  readonly readOnly?: boolean;
  readonly deprecated?: boolean;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
}

export const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** An operation with its method and path. */
export interface PlacedOperation extends Operation {
  /** Upper case. */
  readonly method: string;
  /** A template such as `/api/v1/stores/{store_id}`. */
  readonly path: string;
}

export function operationsOf(document: ApiDocument): PlacedOperation[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    METHODS.flatMap((method) => {
      const operation = operations[method];
      return operation === undefined ? [] : [{ ...operation, method: method.toUpperCase(), path }];
    }),
  );
}

/** The schema that a reference points to, or the schema itself. */
export function resolve(document: ApiDocument, schema: JsonSchema): JsonSchema {
  const name = nameOf(schema);
  return (name === undefined ? undefined : document.components.schemas[name]) ?? schema;
}

/** The name of the component that a schema references. */
export function nameOf({ $ref }: JsonSchema): string | undefined {
  return $ref?.slice('#/components/schemas/'.length);
}

/** The scope that an operation requires; `signed-in`: authentication only; `public`: nothing. */
export function needOf({ security }: Operation): string {
  const [first] = security;
  return first === undefined ? 'public' : (Object.values(first)[0]?.[0] ?? 'signed-in');
}
