/** Two soft tones, made on the spot: no file to fetch. Silent until the browser allows sound. */
let audio: AudioContext | undefined;

const NOTES = [660, 880];
const NOTE_S = 0.12;

export function chime(): void {
  try {
    audio ??= new AudioContext();
    if (audio.state !== 'running') return void audio.resume().catch(() => undefined);
    NOTES.forEach((frequency, at) => {
      const tone = audio!.createOscillator();
      const volume = audio!.createGain();
      const begin = audio!.currentTime + at * NOTE_S;
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0.06, begin);
      volume.gain.exponentialRampToValueAtTime(0.0001, begin + NOTE_S * 2);
      tone.connect(volume).connect(audio!.destination);
      tone.start(begin);
      tone.stop(begin + NOTE_S * 2);
    });
  } catch {
    // No sound here.
  }
}
