"""From the bytes of a file to presentation pixels: sniff, decode, modality, VOI, polarity."""
