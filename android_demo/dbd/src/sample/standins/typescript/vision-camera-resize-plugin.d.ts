// Stands in for vision-camera-resize-plugin 3.2.0: what the guide asks of it.
declare module 'vision-camera-resize-plugin' {
  import { Frame } from 'react-native-vision-camera'
  export type DataType = 'uint8' | 'float32'
  export interface Options<T extends DataType> {
    mirror?: boolean
    crop?: { x: number; y: number; width: number; height: number }
    scale?: { width: number; height: number }
    rotation?: '0deg' | '90deg' | '180deg' | '270deg'
    pixelFormat: 'rgb' | 'rgba' | 'argb' | 'bgra' | 'bgr' | 'abgr'
    dataType: T
  }
  export interface ResizePlugin {
    resize<T extends DataType>(
      frame: Frame,
      options: Options<T>,
    ): T extends 'uint8' ? Uint8Array : Float32Array
  }
}
