// Stands in for react-native-vision-camera 4: what the guide asks of it.
declare module 'react-native-vision-camera' {
  export interface Frame {
    width: number
    height: number
  }
}
