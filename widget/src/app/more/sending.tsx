/** A file on its way, or refused with the reason. */
import type { JSX } from 'preact';
import type { Chat } from '../chat';
import { fileSize, } from '../kit';
import { Icon } from './icon';
import type { Upload } from './uploads';

export function Sending({ chat, upload }: { chat: Chat; upload: Upload }): JSX.Element {
  const { words, config, state } = chat;
  const { file, refused, share, preview, id } = upload;
  const limit = config.fileUpload?.maxSize;
  const reasons: Record<string, () => string> = {
    too_large: () => words('tooBig', { size: fileSize(words, file.size), limit: limit ? fileSize(words, limit) : '' }),
    unsupported_media: () => words('badType'),
    empty: () => words('emptyFile'),
    too_many: () => words('tooMany', { n: 10 }),
  };
  const percent = new Intl.NumberFormat(words.locale, { style: 'percent' }).format(share);
  return (
    <div class={`item own last ${refused ? 'failed' : 'pending'}`}>
      <div class={`file ${refused ? 'refused' : ''}`}>
        {preview ? <img class="tile" src={preview} alt="" /> : <span class="tile"><Icon name={refused ? 'refused' : 'file'} /></span>}
        <span class="about"><b dir="auto">{file.name}</b><span>{refused ? (reasons[refused]?.() ?? words('notSent')) : fileSize(words, file.size)}</span>
          {!refused && <progress value={share} max={1} aria-label={words('uploading', { percent })} />}</span>
      </div>
      <div class={`meta ${refused ? 'bad' : ''}`} role={refused ? 'alert' : undefined}>
        {!refused && <span>{state.link === 'offline' ? words('waiting') : words('uploading', { percent })}</span>}
        <button type="button" class="text" onClick={() => chat.uploads?.remove(id)}>{words('remove')}</button>
      </div>
    </div>
  );
}
