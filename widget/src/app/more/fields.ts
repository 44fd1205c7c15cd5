/** What is wrong with the value of a form field; the server has the last word. */
import type { Field } from '../../wire';

export type Values = Record<string, string | boolean>;

const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;
const PHONE = /^\+?[\d\s().-]{5,}$/;

/** `required`, `email`, `invalid` or `too_long`; undefined when all is well. */
export function complaint(field: Field, value: string | boolean | undefined): string | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  if (field.type === 'checkbox') return field.required && value !== true ? 'required' : undefined;
  if (!text) return field.required ? 'required' : undefined;
  if (text.length > (field.maxLength ?? 500)) return 'too_long';
  if (field.type === 'email' && !EMAIL.test(text)) return /@[^.]+$/.test(text) ? 'email' : 'invalid';
  if ((field.type === 'tel' && !PHONE.test(text)) || (field.type === 'number' && Number.isNaN(Number(text)))) return 'invalid';
  return undefined;
}
