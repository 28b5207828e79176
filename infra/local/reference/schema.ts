import { type Html, html, prose } from './html.ts';

/** The parts of a JSON Schema that the page shows. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: boolean | Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
}

/** Returns the id of a schema's section. */
export const schemaId = (name: string): string => `schema-${name}`;

const nameOf = (ref: string): string => ref.split('/').at(-1) ?? ref;

const joined = (parts: Html[], separator: string): Html =>
  html`${parts.map((part, index) => (index === 0 ? part : html`${separator}${part}`))}`;

/** Returns the type of a value in a line: a link for a named schema. */
export function typeOf(schema: Schema): Html {
  if (schema.$ref !== undefined) {
    const name = nameOf(schema.$ref);
    return html`<a href="#${schemaId(name)}">${name}</a>`;
  }
  const several = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (several) return joined(several.map(typeOf), schema.allOf ? ' and ' : ' or ');
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum)
    return joined(
      schema.enum.map((value) => html`<code>${JSON.stringify(value)}</code>`),
      ' | ',
    );
  if (schema.type === 'array') return html`array of ${schema.items ? typeOf(schema.items) : 'any'}`;
  if (typeof schema.additionalProperties === 'object' && !schema.properties)
    return html`map of ${typeOf(schema.additionalProperties)}`;
  return html`${[schema.type ?? 'any'].flat().join(' or ')}${schema.format && ` (${schema.format})`}`;
}

/** Returns the bounds of a value, if it has any. */
function boundsOf({ minimum, maximum, minLength, maxLength, maxItems, default: usual }: Schema): string {
  const range = (from: number | undefined, to: number | undefined, of: string) =>
    from === undefined && to === undefined ? [] : [`${from ?? '…'} to ${to ?? '…'}${of}`];
  return [
    ...range(minimum, maximum, ''),
    ...range(minLength, maxLength, ' characters'),
    ...range(undefined, maxItems, ' items'),
    ...(usual === undefined ? [] : [`default ${JSON.stringify(usual)}`]),
  ].join(', ');
}

/** Returns the schema whose fields are shown below a value: its own, or that of its items. */
const fieldsOf = (schema: Schema): Schema[] => {
  if (schema.properties) return [schema];
  if (schema.items) return fieldsOf(schema.items);
  if (typeof schema.additionalProperties === 'object') return fieldsOf(schema.additionalProperties);
  return (schema.anyOf ?? schema.oneOf ?? schema.allOf ?? []).flatMap(fieldsOf);
};

/** Returns the fields of a schema as a list, with those of unnamed schemas within. */
export const fieldList = (schema: Schema): Html => html`${fieldsOf(schema).map(listOf)}`;

function listOf({ properties = {}, required = [] }: Schema): Html {
  const items = Object.entries(properties).map(([name, field]) => {
    const bounds = boundsOf(field);
    return html`<dt><code>${name}</code>${required.includes(name) ? '' : ' ?'} <span>${typeOf(field)}${bounds && `; ${bounds}`}</span></dt>
<dd>${prose(field.description)}${fieldList(field)}</dd>`;
  });
  return html`<dl>${items}</dl>`;
}
