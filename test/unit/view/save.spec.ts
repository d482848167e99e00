import { plainColour } from '../../../src/view/save';

describe('a colour in a saved file', () => {
  it('is one that every program knows, with what is see-through apart', () => {
    expect(plainColour('color(srgb 0.5 0 1)')).toEqual({ colour: 'rgb(128, 0, 255)', opacity: 1 });
    expect(plainColour('color(srgb 1 1 1 / 0.25)')).toEqual({ colour: 'rgb(255, 255, 255)', opacity: 0.25 });
    expect(plainColour('rgba(0, 0, 0, 0.87)')).toEqual({ colour: 'rgb(0, 0, 0)', opacity: 0.87 });
    expect(plainColour('rgb(25, 118, 210)')).toEqual({ colour: 'rgb(25, 118, 210)', opacity: 1 });
  });

  it('is left as it is where it is none', () => {
    expect(plainColour('none')).toEqual({ colour: 'none', opacity: 1 });
  });
});
