/** The forms before the chat and outside opening hours. The server checks everything again. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import type { Field } from '../../wire';
import type { Chat } from '../chat';
import type { Key } from '../i18n';
import { backAt, newId } from '../kit';
import { web } from './address';
import { Icon } from './icon';
import { complaint, type Values } from './fields';
import { leave, prechat, type Complaints } from './submit';

/** Machines are faster than people; the server refuses forms filled in quicker than this. */
const MIN_ELAPSED_MS = 1_600;
const PRESS_MS = 250;

interface FormProps {
  chat: Chat;
  fields: Field[];
  button: string;
  consent: boolean;
  children?: ComponentChildren;
  /** Where there is something to go back to. */
  onCancel?: (() => void) | undefined;
  send(values: Values, agreed: boolean, elapsed: number): Promise<Complaints>;
}

function Form({ chat, fields, button, consent, children, onCancel, send }: FormProps): JSX.Element {
  const { words } = chat;
  const begun = useMemo(() => Date.now(), []);
  const [values, setValues] = useState<Values>(() => chat.known());
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [agreed, setAgreed] = useState(false);
  const [busy, setBusy] = useState(false);
  const id = useId();
  const self = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // The panel was opened before this form had arrived, and holds the focus meanwhile.
    const { activeElement } = self.current!.getRootNode() as ShadowRoot;
    if (activeElement?.id === 'linktor-panel') self.current!.querySelector<HTMLElement>('.field, input:not(.sr), button')?.focus();
  }, []);

  /** Later, because a complaint moves what is below it: what is being pressed right now must stay in place. */
  const check = (field: Field, value: string | boolean): void =>
    void setTimeout(() => setErrors((before) => ({ ...before, [field.name]: complaint(field, value) ?? '' })), PRESS_MS);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const found: Record<string, string> = {};
    for (const field of fields) found[field.name] = complaint(field, values[field.name]) ?? '';
    if (consent && !agreed) found['consent'] = 'agreeNeeded';
    if ((form.elements.namedItem('website') as HTMLInputElement).value) return;
    if (!Object.values(found).some(Boolean)) {
      setBusy(true);
      const given = Object.fromEntries(fields.map(({ name }) => [name, values[name] ?? '']).filter(([, value]) => value !== ''));
      Object.assign(found, await send(given, agreed, Math.max(Date.now() - begun, MIN_ELAPSED_MS)).catch(() => ({ '': 'network' })));
      setBusy(false);
    }
    setErrors(found);
    const wrong = Object.keys(found).find((name) => found[name]);
    if (wrong) (form.elements.namedItem(wrong) as HTMLElement | null)?.focus();
  };
  const say = (code: string | undefined): string => {
    const texts: Record<string, Key> = { required: 'required', invalid: 'invalid', email: 'invalidEmail', too_long: 'tooLong', agreeNeeded: 'agreeNeeded' };
    return code ? words(texts[code] ?? 'serverBar') : '';
  };

  return (
    <form class="form" ref={self} noValidate onSubmit={(event) => void submit(event)}>
      {children}
      {fields.map((field) => (
        <Control
          key={field.name} field={field} id={`${id}${field.name}`} value={values[field.name]} error={say(errors[field.name])} optional={words('optional')}
          onChange={(value) => setValues({ ...values, [field.name]: value })} onBlur={() => values[field.name] && check(field, values[field.name]!)}
        />
      ))}
      <input class="sr" name="website" tabIndex={-1} autocomplete="off" aria-hidden="true" />
      {consent && (
        <div class="control">
          <label class="check"><input type="checkbox" name="consent" checked={agreed} aria-invalid={!!errors['consent']} aria-describedby={`${id}consent`} onChange={(event) => setAgreed(event.currentTarget.checked)} />
            <span>{words('agree')} <PrivacyLink chat={chat} /></span></label>
          <Wrong id={`${id}consent`} text={say(errors['consent'])} />
        </div>
      )}
      <Wrong id={`${id}form`} text={say(errors[''])} />
      <button class="primary" aria-busy={busy} disabled={busy}>{button}</button>
      {onCancel && <button type="button" class="text" onClick={onCancel}>{words('cancel')}</button>}
    </form>
  );
}

const Wrong = ({ id, text }: { id: string; text: string }): JSX.Element => (
  <div class="wrong" id={id} role="alert">{text && <><Icon name="alert" />{text}</>}</div>
);

const PrivacyLink = ({ chat }: { chat: Chat }): JSX.Element | null => {
  const url = web(chat.config.privacy?.policyUrl);
  return url ? <a href={url} target="_blank" rel="noopener">{chat.words('privacy')}</a> : null;
};

interface ControlProps {
  field: Field;
  id: string;
  value: string | boolean | undefined;
  error: string;
  optional: string;
  onChange(value: string | boolean): void;
  onBlur(): void;
}

const COMPLETE: Record<string, string> = { name: 'name', email: 'email', phone: 'tel' };

function Control({ field, id, value, error, optional, onChange, onBlur }: ControlProps): JSX.Element {
  const { name, label, type, required, options = [], placeholder, maxLength = 500 } = field;
  const shared = { id, name, required, 'aria-invalid': !!error, 'aria-describedby': `${id}-e`, onBlur };
  if (type === 'checkbox') {
    return (
      <div class="control">
        <label class="check"><input {...shared} type="checkbox" checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} /><span dir="auto">{label}</span></label>
        <Wrong id={`${id}-e`} text={error} />
      </div>
    );
  }
  const text = { ...shared, class: 'field', dir: 'auto' as const, value: String(value ?? ''), placeholder, maxLength };
  return (
    <div class="control">
      <label for={id} dir="auto">{label} {!required && <small>{optional}</small>}</label>
      {type === 'textarea' ? <textarea {...text} rows={4} onInput={(event) => onChange(event.currentTarget.value)} />
      : type === 'select' ? (
        <span class="select"><select {...shared} class="field" value={String(value ?? '')} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="" />
          {options.map((option) => typeof option === 'string' ? <option value={option}>{option}</option> : <option value={option.value}>{option.label}</option>)}
        </select><Icon name="down" /></span>
      ) : <input {...text} type={type as 'text'} inputMode={type === 'number' ? 'decimal' : undefined} autocomplete={COMPLETE[name]} onInput={(event) => onChange(event.currentTarget.value)} />}
      <Wrong id={`${id}-e`} text={error} />
    </div>
  );
}

export function PreChat({ chat }: { chat: Chat }): JSX.Element {
  const { preChatForm } = chat.config;
  const known = chat.session.answer?.verified ? chat.known() : {};
  const fields = (preChatForm?.fields ?? []).filter(({ name }) => !known[name]);
  return (
    <Form chat={chat} fields={fields} consent={chat.needsConsent} button={preChatForm?.submitButton || chat.words('startChat')} send={(...form) => prechat(chat, ...form)}>
      {preChatForm?.message && <p class="lead" dir="auto">{preChatForm.message}</p>}
    </Form>
  );
}

export function Offline({ chat }: { chat: Chat }): JSX.Element {
  const { words, config, state } = chat;
  const id = useMemo(() => newId('cm'), []);
  const fields = config.offline?.form?.fields ?? [
    { name: 'email', label: words('email'), type: 'email', required: true },
    { name: 'message', label: words('message'), type: 'textarea', required: true, maxLength: 500 },
  ] satisfies Field[];
  return (
    <Form
      chat={chat} fields={fields} consent={chat.needsConsent} button={config.offline?.form?.submitButton || words('leaveMessage')}
      onCancel={chat.talked ? () => chat.set({ gate: null }) : undefined} send={(values, agreed, elapsed) => leave(chat, values, id, agreed, elapsed)}
    >
      <div class="moon"><Icon name="moon" /><p><b>{words('closedNow')}</b><span dir="auto">{config.offline?.message || words('offlineMessage')}</span></p></div>
      {backAt(words, state.availability) && <p class="zone">{words('timesLocal')}</p>}
    </Form>
  );
}

export const Consent = ({ chat }: { chat: Chat }): JSX.Element => (
  <div class="form">
    <p class="lead">{chat.words('consentText')} <PrivacyLink chat={chat} /></p>
    <button type="button" class="primary" onClick={() => void chat.consent(true)}>{chat.words('agreeChat')}</button>
  </div>
);
