/** Five stars and a word, in answer to a rating request. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ButtonsContent } from '../../wire';
import { Bubble, Text, type Shown } from '../kit';
import { Icon } from './icon';

const SCORES = [1, 2, 3, 4, 5];

export function Rating({ chat, message, chosen, content }: Shown & { content: ButtonsContent }): JSX.Element {
  const [score, setScore] = useState(Number(chosen) || 0);
  const [comment, setComment] = useState('');
  const [done, setDone] = useState(!!chosen);
  const send = (): void => {
    chat.tell({ type: 'rating', payload: { messageId: message.id, score, comment: comment.trim() || undefined } });
    setDone(true);
  };
  return (
    <Bubble own={false}>
      <Text text={content.text} />
      <div class="stars" role="radiogroup" aria-label={content.text.slice(0, 80)}>
        {SCORES.map((n) => (
          <button type="button" role="radio" aria-checked={n === score} class={n <= score ? 'on' : ''} disabled={done} aria-label={chat.words('rate', { n })} onClick={() => setScore(n)}>
            <Icon name="star" />
          </button>
        ))}
      </div>
      {done ? <p>{chat.words('rateThanks')}</p> : score > 0 && (
        <>
          <textarea class="field" rows={2} maxLength={500} aria-label={chat.words('rateComment')} placeholder={chat.words('rateComment')} onInput={(event) => setComment(event.currentTarget.value)} />
          <button type="button" class="primary" onClick={send}>{chat.words('sendButton')}</button>
        </>
      )}
    </Bubble>
  );
}
