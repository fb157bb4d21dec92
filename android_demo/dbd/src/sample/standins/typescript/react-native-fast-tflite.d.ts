// Stands in for react-native-fast-tflite 3.0.1: what the guide asks of it.
declare module 'react-native-fast-tflite' {
  export interface Tensor {
    name: string
    dataType: string
    shape: number[]
  }
  export interface TfliteModel {
    readonly inputs: Tensor[]
    readonly outputs: Tensor[]
    runSync(input: ArrayBuffer[]): ArrayBuffer[]
    run(input: ArrayBuffer[]): Promise<ArrayBuffer[]>
  }
}
