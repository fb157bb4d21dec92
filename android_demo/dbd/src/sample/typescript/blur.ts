import type { TfliteModel } from 'react-native-fast-tflite'
import type { Frame } from 'react-native-vision-camera'
import type { ResizePlugin } from 'vision-camera-resize-plugin'

// guide: in a frame processor: the blur map of a frame, row by row, 0 = in focus to 255 = blurred
export function blurMap(
  model: TfliteModel,
  resize: ResizePlugin['resize'],
  frame: Frame,
  rotation: '0deg' | '90deg' | '180deg' | '270deg',
): Uint8Array {
  'worklet'
  const [, height, width] = model.inputs[0].shape // 1, 320, 320, 3
  const rgb = resize(frame, {
    crop: { x: 0, y: 0, width: frame.width, height: frame.height }, // else it cuts out a square
    scale: { width, height },
    rotation,
    pixelFormat: 'rgb',
    dataType: 'uint8',
  })
  const input = rgb.buffer.slice(rgb.byteOffset, rgb.byteOffset + rgb.byteLength)
  return new Uint8Array(model.runSync([input])[0])
}

// guide: end
// guide: how much of a box of the map is in focus: 0 to 1, in focus from 0.5 on
export function sharpness(
  map: Uint8Array,
  width: number,
  box: { left: number; top: number; right: number; bottom: number },
): number {
  'worklet'
  let sum = 0
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) sum += map[y * width + x]
  }
  const count = (box.right - box.left) * (box.bottom - box.top)
  return 1 - sum / count / 255
}
// guide: end
