// Made by tools/messages.py: what scripts say in 'de'.
window.hubbubWords = {};
