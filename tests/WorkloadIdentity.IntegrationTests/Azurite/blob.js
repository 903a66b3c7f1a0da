// Runs Azurite's blob service with the arguments given, until its input ends.
process.stdin.once('end', () => process.exit(0)).resume();
require('azurite/dist/src/blob/main.js');
