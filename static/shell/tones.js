// Two short tones, made here: a fill rises, a reject falls.
const PITCHES = { fill: [660, 880], reject: [330, 220] };
const STEP = 0.1; // seconds

let audio;

// A browser lets a page sound only after somebody has clicked or typed in it.
export function play(kind) {
  if (!navigator.userActivation.hasBeenActive) return;
  audio ??= new AudioContext();
  audio.resume();
  const sound = new OscillatorNode(audio);
  const volume = new GainNode(audio, { gain: 0.15 });
  const start = audio.currentTime;
  PITCHES[kind].forEach((pitch, index) => sound.frequency.setValueAtTime(pitch, start + index * STEP));
  volume.gain.setTargetAtTime(0, start + STEP, STEP / 2);
  sound.connect(volume).connect(audio.destination);
  sound.start(start);
  sound.stop(start + 4 * STEP);
}
